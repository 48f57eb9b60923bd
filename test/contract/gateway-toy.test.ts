import { describeGateway } from "./gateway-contract.ts";
import { toyDriver } from "./toy-driver.ts";

describeGateway(toyDriver);
