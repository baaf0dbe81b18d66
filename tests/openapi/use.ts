// Compiles only while the generated types say what a client needs: bodies, answers, and a problem for each refusal.
import type { components, operations } from "./store";

type Body<O extends keyof operations> =
  operations[O] extends { requestBody: { content: { "application/json": infer B } } } ? B : never;
type Answer<O extends keyof operations, S extends number> =
  operations[O]["responses"] extends { [K in S]: { content: { "application/json": infer A } } } ? A : never;
type Refusal<O extends keyof operations, S extends number> =
  operations[O]["responses"] extends { [K in S]: { content: { "application/problem+json": infer P } } } ? P : never;

export const order: Body<"place_order"> = {
  email: "ada@example.com",
  currency: "GBP",
  lines: [{ sku: "MUG-CHALK", quantity: 1 }],
  payment: { method: "simulated", token: "tok_approve" },
};
export const placement: Body<"place"> = { placement: "remote" };

type Problem = components["schemas"]["Problem"];
export const code = (refused: Refusal<"place_order", 402 | 409 | 422 | 429 | 503>): Problem["code"] => refused.code;
export const changed = (refused: Refusal<"replace_product", 409 | 412>): string => refused.detail;
export const paid = (placed: Answer<"place_order", 201>): number => placed.total.amount;
