/** The frame of pages that are read: one column, a heading, parts below each other. */
import type { ReactNode } from "react";
import { Heading } from "../app/Heading.tsx";

interface Props {
  title: string;
  /** Wide enough for cards beside each other. */
  wide?: boolean;
  children: ReactNode;
}

export function Sheet({ title, wide = false, children }: Props) {
  return (
    <div className={`mx-auto w-full ${wide ? "max-w-6xl" : "max-w-3xl"} px-4 pt-6 pb-16 sm:px-6 sm:pt-10`}>
      <Heading title={title} className="text-2xl font-semibold sm:text-3xl">
        {title}
      </Heading>
      {children}
    </div>
  );
}

export function Part({ title, id, children }: { title: string; id: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id} className="mt-8 border-t border-line pt-6">
      <h2 id={id} className="text-lg font-semibold">
        {title}
      </h2>
      {children}
    </section>
  );
}
