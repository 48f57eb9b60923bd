// Outlives the command that started it only long enough to end what a killed command could not.
import { endMarked } from "./marked-processes.mjs";

const [mark] = process.argv.slice(2);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);
process.stdin.on("error", () => undefined);
process.stdin.once("close", async () => {
  // the processes notice by themselves that their parent is gone, and end in order
  await endMarked(mark, 5_000);
  process.exit(0);
});
process.stdin.resume();
