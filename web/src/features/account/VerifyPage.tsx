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

export function VerifyPage({ link }: { link: string }) {
  const client = useQueryClient();
  const user = useUser();
  // A link works once: it is used once, however often this is drawn.
  const used = useQuery({
    queryKey: ["verify", link],
    queryFn: () => verify(link),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    retry: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const again = useMutation({ mutationFn: mailVerification });
  useEffect(() => {
    if (used.isSuccess) void client.invalidateQueries({ queryKey: keys.me });
  }, [client, used.isSuccess]);
  if (used.isPending) return <Loading />;
  const failed = used.isError;
  const text = failed ? asProblem(again.error ?? used.error).message : a.verify.doneText;
  return (
    <Entrance title={failed ? a.verify.failed : a.verify.done} text={<p role="status">{again.isSuccess ? a.verify.sent : text}</p>}>
      <div className="mt-6 grid gap-3">
        {failed && user?.email && !user.verified && !again.isSuccess && (
          <Button className="min-h-12" disabled={again.isPending} onClick={() => again.mutate()}>
            {a.verify.again}
          </Button>
        )}
        <Link href={paths.home} className={buttonClass(failed ? "plain" : "strong", "min-h-12")}>
          {a.verify.photos}
        </Link>
      </div>
    </Entrance>
  );
}
