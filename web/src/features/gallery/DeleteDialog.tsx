/** Asks once before a photo is deleted, and says so when that did not work. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { deletePhoto } from "../../api/client.ts";
import { asProblem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import type { Photo } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { ErrorNote } from "../../ui/Note.tsx";

interface Props {
  photo: Photo | null;
  onClose: () => void;
  onDeleted?: () => void;
}

export function DeleteDialog({ photo, onClose, onDeleted }: Props) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: (id: string) => deletePhoto(id),
    onSuccess: async (_, id) => {
      await client.invalidateQueries({ queryKey: keys.photos });
      onClose();
      onDeleted?.();
      client.removeQueries({ queryKey: keys.photo(id) });
    },
  });
  return (
    <Dialog
      open={photo !== null}
      onClose={onClose}
      title={m.remove.title}
      footer={
        <>
          <Button onClick={onClose}>{m.remove.keep}</Button>
          <Button look="danger" icon="trash" disabled={remove.isPending} onClick={() => photo && remove.mutate(photo.id)}>
            {m.remove.confirm}
          </Button>
        </>
      }
    >
      <p className="wrap-anywhere text-soft">{photo && m.remove.text(photo.filename)}</p>
      {remove.isError && (
        <div className="mt-4">
          <ErrorNote title={m.problem.title}>{asProblem(remove.error).message}</ErrorNote>
        </div>
      )}
    </Dialog>
  );
}
