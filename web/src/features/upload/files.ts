/** What was dropped, pasted or chosen, as a list of photos. Folders are opened, what is no photo is left out. */
const endings = /\.(jpe?g|jfif|png|webp|hei[cf]|avif|tiff?)$/i;

export interface Gathered {
  files: File[];
  skipped: number;
}

export const looksLikePhoto = (file: { name: string; type: string }): boolean =>
  file.type.startsWith("image/") || endings.test(file.name);

const hidden = (name: string): boolean => name.startsWith(".") || name === "Thumbs.db" || name === "desktop.ini";

async function entriesIn(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const found: FileSystemEntry[] = [];
  // A reader gives at most 100 entries a call, and an empty list at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    found.push(...some);
  }
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (hidden(entry.name)) return [];
  if (entry.isFile) {
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  }
  const inside = await entriesIn(entry as FileSystemDirectoryEntry);
  const lists = await Promise.all(inside.map(filesOf));
  return lists.flat();
}

/** One file that someone picked on purpose is always sent: the server says best what is wrong with it. */
export function sift(direct: File[], fromFolders: File[]): Gathered {
  const picked = direct.length === 1 ? direct : direct.filter(looksLikePhoto);
  // What was dropped itself has an order that someone saw; what lies in a folder has none but its names.
  const found = fromFolders
    .filter(looksLikePhoto)
    .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  const files = [...picked, ...found];
  return { files, skipped: direct.length + fromFolders.length - files.length };
}

export async function gather(data: DataTransfer): Promise<Gathered> {
  // Entries must be taken before the first await: the browser empties the list after the event.
  const items = Array.from(data.items).filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = Array.from(data.files);
  const folders = entries.filter((entry): entry is FileSystemEntry => entry?.isDirectory === true);
  if (folders.length === 0) return sift(plain, []);
  const direct = entries.filter((entry): entry is FileSystemEntry => entry?.isFile === true);
  const [files, inFolders] = await Promise.all([
    Promise.all(direct.map(filesOf)),
    Promise.all(folders.map(filesOf)),
  ]);
  return sift(files.flat(), inFolders.flat());
}
