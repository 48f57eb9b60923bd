import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { javaClassPath } from "./client-programs.ts";
import { runClient, type ClientResult, type ClientRunOptions } from "./run-client.ts";

/** A program that uses Java's drivers, ready to be run as often as tests like. */
export interface JavaProgram extends AsyncDisposable {
  /** Runs it to its end. */
  run(options: ClientRunOptions): Promise<ClientResult>;
}

/** Compiles the source, which takes longer than any run, into a folder that goes with the program. */
export async function compileJava(source: string): Promise<JavaProgram> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-java-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const { output, errors, code } = await runClient("javac", [
    "-J-XX:TieredStopAtLevel=1",
    "-encoding",
    "UTF-8",
    "-cp",
    javaClassPath(),
    "-d",
    folder,
    source,
  ]);
  if (code !== 0) throw new Error(`${source} was not compiled: ${output}${errors}`);
  const classPath = [folder, javaClassPath()].join(delimiter);
  const flags = ["-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", "-cp", classPath];
  const everything = opened.move();
  return {
    run: (options) => runClient("java", [...flags, basename(source, ".java")], options),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}
