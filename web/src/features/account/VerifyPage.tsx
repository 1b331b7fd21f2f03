/** The link out of the mail that proves an address. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { mailVerification, verify } from "../../api/people.ts";
import { asProblem } from "../../api/problem.ts";
import { keys } from "../../api/queries.ts";
import { Link } from "../../app/Link.tsx";
import { Loading } from "../../app/Loading.tsx";
import { paths } from "../../app/route.ts";
import { a } from "../../messages/account.ts";
import { Button, buttonClass } from "../../ui/Button.tsx";
import { Entrance } from "./Entrance.tsx";
import { useUser } from "./me.ts";
import { news } from "./news.ts";

export function VerifyPage({ link }: { link: string }) {
  const client = useQueryClient();
  const user = useUser();
  // A link works once: it is used once, however often this is drawn.
  const used = useQuery({
    queryKey: ["verify", link, user?.id ?? null],
    queryFn: () => verify(link),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const again = useMutation({ mutationFn: mailVerification });
  useEffect(() => {
    if (!used.isSuccess) return;
    news.set(null);
    void client.invalidateQueries({ queryKey: keys.me });
  }, [client, used.isSuccess]);
  if (used.isPending) return <Loading />;
  // Mail programs, and people, open a link twice: the second time nothing is wrong when it has done its work.
  const before = used.isError && asProblem(used.error).code === "link_ended" && user?.email && user.verified ? user.email : null;
  const failed = used.isError && before === null;
  const text = failed ? asProblem(again.error ?? used.error).message : before ? a.verify.beforeText(before) : a.verify.doneText;
  const title = failed ? a.verify.failed : before ? a.verify.before : a.verify.done;
  return (
    <Entrance title={title} text={<p role="status">{again.isSuccess ? a.verify.sent : text}</p>}>
      <div className="mt-6 grid gap-3">
        {failed && user?.email && !user.verified && !again.isSuccess && (
          <Button className="min-h-12" disabled={again.isPending} onClick={() => again.mutate()}>
            {a.verify.again}
          </Button>
        )}
        {failed && asProblem(used.error).code === "not_logged_in" && (
          <Link href={paths.signIn} className={buttonClass("strong", "min-h-12")}>
            {a.verify.signIn}
          </Link>
        )}
        <Link href={paths.home} className={buttonClass(failed ? "plain" : "strong", "min-h-12")}>
          {a.verify.photos}
        </Link>
      </div>
    </Entrance>
  );
}
