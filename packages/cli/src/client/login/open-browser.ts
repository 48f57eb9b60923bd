import { spawn } from "node:child_process";

/** Opens a page in the person's browser, where there is one; says nothing where there is none. */
export function openBrowser(url: string): void {
  const program = process.env["BROWSER"] ?? (process.platform === "darwin" ? "open" : "xdg-open");
  const child = spawn(program, [url], { stdio: "ignore", detached: true });
  // whoever has no browser opens the page that was printed elsewhere
  child.once("error", () => undefined);
  child.unref();
}
