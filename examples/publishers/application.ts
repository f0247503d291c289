import {
  ApiFailure,
  AuthenticationError,
  AuthMiddleware,
  DeploymentPublisher,
  InvalidEventError,
  mintConnectionToken,
} from "@altavoz/backend";

/** Where the hub is, and its keys: `CENTRIFUGO_URL`, `CENTRIFUGO_TOKEN` and `JWT_SECRET` of the environment. */
const deployments = new DeploymentPublisher();
const users = new AuthMiddleware();

deployments.on("published", ({ channel, event }) => console.log(`${event.type} in ${channel}`));

/** What any of the frameworks beside this file answers with. */
export interface Answer {
  readonly status: number;
  readonly body: object;
}

/** `POST /deployments`: whose it is says the token, never the request. */
export const startDeployment = (authorization: string | undefined, instanceType: unknown): Promise<Answer> =>
  answer(async () => {
    const { tenantId } = await users.authenticate(bearer(authorization));
    const event = await deployments.publishStart(tenantId, crypto.randomUUID(), String(instanceType ?? ""));
    return { status: 202, body: event };
  });

/** `GET /token`: what the page of somebody who is logged in connects to the hub with. */
export const connectionToken = (authorization: string | undefined): Promise<Answer> =>
  answer(async () => {
    const { userId, tenantId } = await users.authenticate(bearer(authorization));
    const token = await mintConnectionToken({ user: userId, tenant: tenantId }, process.env.JWT_SECRET ?? "");
    return { status: 200, body: { token } };
  });

const bearer = (authorization = ""): string => authorization.replace(/^Bearer /i, "");

async function answer(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InvalidEventError) return { status: 400, body: { error: error.message } };
    if (error instanceof ApiFailure) return { status: 503, body: { error: error.message, happened: error.happened } };
    if (error instanceof AuthenticationError) return { status: 401, body: { error: error.message } };
    throw error;
  }
}
