import { afterAll, beforeAll, describe } from "vitest";
import { describeLoginAgain } from "./gateway-again-contract.ts";
import { describeCancelByKey } from "./gateway-cancel-contract.ts";
import { describeEndings, describeGoodbye, describeServerEnding } from "./gateway-ending-contract.ts";
import { describeErrors } from "./gateway-error-contract.ts";
import { describeLogin } from "./gateway-login-contract.ts";
import { startBench, type GatewayBench } from "./gateway-rig.ts";
import { describeStatements } from "./gateway-statement-contract.ts";
import type { ProtocolDriver } from "./protocol-driver.ts";
import type { Provocations } from "./provocation.ts";

/** What every protocol does in a gateway, whatever tunnel lies behind it: the adapter's real specification. */
export function describeGateway(driver: ProtocolDriver, provocations: Provocations): void {
  describe(`${driver.adapter.label} through a gateway`, () => {
    let running: GatewayBench | undefined;
    const bench = (): GatewayBench => {
      if (running === undefined) throw new Error("the bench has not been started");
      return running;
    };
    beforeAll(async () => {
      running = await startBench(driver);
    });
    afterAll(() => running?.[Symbol.asyncDispose]());

    for (const tunnel of ["grpc", "local"] as const) {
      describeLogin(tunnel, bench, tunnel);
      describeStatements(tunnel, bench, tunnel);
      if (driver.cancel !== undefined) describeCancelByKey(tunnel, bench, tunnel, driver.cancel);
      if (driver.again !== undefined) describeLoginAgain(tunnel, bench, tunnel, driver.again);
      describeEndings(tunnel, bench, tunnel);
      const { ending } = driver.statements;
      if (ending !== undefined) describeServerEnding(tunnel, bench, tunnel, ending);
      if (driver.hasGoodbye) describeGoodbye(tunnel, bench, tunnel);
      describeErrors(tunnel, { driver, provocations }, bench, tunnel);
    }
  });
}
