import { Browser } from "./browser.ts";
import type { ControlPlane } from "./control-plane.ts";
import { until } from "./until.ts";
import type { Ran } from "./sallyport.ts";

/** What there has to be of an installation to log in to it. */
type Reached = Pick<ControlPlane, "start" | "url"> & {
  readonly certificates: Pick<ControlPlane["certificates"], "caFile">;
};

/** Logs in as a person does, whose browser is driven here. */
export async function logIn(plane: Reached, name: string, more: readonly string[] = []): Promise<Ran> {
  const running = plane.start(
    ["login", "--gateway", plane.url, "--ca", plane.certificates.caFile, "--no-browser", ...more],
    { as: name, input: "" },
  );
  let ended = false;
  void running.result.then(() => (ended = true));
  const page = (): string | undefined => /http:\S+/.exec(running.errors())?.[0];
  await until(() => ended || page() !== undefined);
  await new Browser(name).visit(page() ?? "");
  return running.result;
}
