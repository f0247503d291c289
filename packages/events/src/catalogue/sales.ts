import * as z from "zod/mini";
import { family } from "../definition.ts";
import { amount, name } from "./fields.ts";

const sale = z.object({
  saleId: z.union([name, z.number()]),
  status: name,
  total: z.optional(amount),
  /** With `saleId` it tells clients what they have seen already. */
  reason: z.optional(z.enum(["created", "payment_confirmed"])),
});

const example = { saleId: 1, status: "pending", total: 100, reason: "created" };

/** What happens to sales, for those who run the shop. */
export const sales = family(
  { family: "sales", channels: ["admin:sales"] },
  {
    SALE_CREATED: {
      summary: "A sale was made, or its payment confirmed; said by the reason.",
      aliases: ["sale.created"],
      data: sale,
      example,
    },
    SALE_UPDATED: { summary: "A sale is another one.", aliases: ["sale.updated"], data: sale, example },
    SALE_CANCELLED: { summary: "A sale was called off.", aliases: ["sale.cancelled"], data: sale, example },
  },
);
