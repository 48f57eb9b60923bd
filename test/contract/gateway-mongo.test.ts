import { describeGateway } from "./gateway-contract.ts";
import { mongoDriver } from "./mongo-driver.ts";
import { mongoProvocations } from "./mongo-provocations.ts";

describeGateway(mongoDriver, mongoProvocations);
