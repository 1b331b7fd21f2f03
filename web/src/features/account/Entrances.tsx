/** The pages that lead in. They are loaded together, since who opens one often goes on to another. */
import { Loading } from "../../app/Loading.tsx";
import type { Route } from "../../app/route.ts";
import { ForgotPage, ResetPage } from "./PasswordPages.tsx";
import { SignInPage } from "./SignInPage.tsx";
import { SignUpPage } from "./SignUpPage.tsx";
import { VerifyPage } from "./VerifyPage.tsx";

/** `first`: shown in place of a page that needs somebody who is known. */
export function Entrances({ route, first = false }: { route: Route; first?: boolean }) {
  if (route.page === "signIn") return <SignInPage first={first} />;
  if (route.page === "login") return <SignInPage trouble={route.code} />;
  if (route.page === "signUp") return <SignUpPage first={first} />;
  if (route.page === "forgot") return <ForgotPage />;
  if (route.page === "verify") return <VerifyPage key={route.link} link={route.link} />;
  if (route.page === "reset") return <ResetPage link={route.link} />;
  return <Loading />;
}
