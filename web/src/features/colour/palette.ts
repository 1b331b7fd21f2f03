/** Colours that people know of old pictures: what skin, skies, woods and cloths usually look like. */
import { m } from "../../messages/index.ts";

const names = m.colour.names;

export interface Swatch {
  name: string;
  color: string;
}

export const palette: readonly Swatch[] = [
  { name: names.skinFair, color: "#e8b898" },
  { name: names.skinLight, color: "#d49a74" },
  { name: names.skinMedium, color: "#a8704b" },
  { name: names.skinDark, color: "#6b4430" },
  { name: names.lips, color: "#b5524f" },
  { name: names.hairBlond, color: "#c9a66b" },
  { name: names.hairBrown, color: "#5a3d28" },
  { name: names.hairRed, color: "#94492a" },
  { name: names.sky, color: "#8fb8de" },
  { name: names.dusk, color: "#5377a6" },
  { name: names.water, color: "#4a7c8c" },
  { name: names.foliage, color: "#4c6b34" },
  { name: names.grass, color: "#7d9a45" },
  { name: names.straw, color: "#bda561" },
  { name: names.wood, color: "#8a5a33" },
  { name: names.darkWood, color: "#4e3322" },
  { name: names.brick, color: "#9c4a36" },
  { name: names.stone, color: "#8e8980" },
  { name: names.sand, color: "#d3bd94" },
  { name: names.denim, color: "#3f5f8c" },
  { name: names.navy, color: "#24314f" },
  { name: names.khaki, color: "#857a55" },
  { name: names.red, color: "#a52a2a" },
  { name: names.wine, color: "#5e2233" },
  { name: names.rose, color: "#d39aa5" },
  { name: names.yellow, color: "#dcb23f" },
  { name: names.linen, color: "#efe9dc" },
  { name: names.grey, color: "#808080" },
];

export const nameOf = (color: string): string =>
  palette.find((swatch) => swatch.color === color.toLowerCase())?.name ?? color.toLowerCase();
