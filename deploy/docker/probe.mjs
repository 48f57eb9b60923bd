// Whether the process in this container is well, for images without a shell and a curl. Exit code 0: it is.
//   probe.mjs http SOCKET PATH    what the gateway's API answers on its own socket
//   probe.mjs file PATH           whether the agent says that it is online
import { existsSync } from "node:fs";
import { get } from "node:http";

const TIMEOUT_MS = 4_000;

const [kind, where = "", path = ""] = process.argv.slice(2);
if (kind === "file") end(existsSync(where), `${where} is not there`);
else if (kind === "http") {
  get({ socketPath: where, path, timeout: TIMEOUT_MS }, ({ statusCode }) => end(statusCode === 200, String(statusCode)))
    .on("timeout", () => end(false, "no answer"))
    .on("error", ({ message }) => end(false, message));
} else end(false, "say http or file");

function end(isWell, why) {
  if (!isWell) process.stderr.write(`${why}\n`);
  process.exit(isWell ? 0 : 1);
}
