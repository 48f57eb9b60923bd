import { describeGateway } from "./gateway-contract.ts";
import { pgDriver } from "./pg-driver.ts";
import { pgProvocations } from "./pg-provocations.ts";

describeGateway(pgDriver, pgProvocations);
