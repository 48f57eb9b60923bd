import { describeGateway } from "./gateway-contract.ts";
import { pgDriver } from "./pg-driver.ts";

describeGateway(pgDriver);
