import * as z from "zod/mini";
import { family } from "../definition.ts";
import { amount, count, date, name, text } from "./fields.ts";

const invoice = { invoiceId: name, currency: z.optional(name), message: z.optional(text) };

/** Invoices, payments and limits of use. */
export const billing = family(
  { family: "billing", channels: ["tenant:{tenantId}:billing"], flat: true },
  {
    invoice_created: {
      summary: "There is a new invoice.",
      aliases: ["invoice.created"],
      data: z.object({ ...invoice, amount, dueDate: z.optional(date) }),
      example: { invoiceId: "INV-2025-001", amount: 299.9, currency: "BRL", dueDate: "2025-12-20" },
    },
    payment_received: {
      summary: "An invoice was paid.",
      aliases: ["payment.received"],
      status: "paid",
      data: z.object({ ...invoice, amount, paidAt: z.optional(date) }),
      example: { invoiceId: "INV-2025-001", amount: 299.9, currency: "BRL" },
    },
    usage_limit_warning: {
      summary: "A limit of use comes near; the use is given in percent of it.",
      aliases: ["usage.limit_warning"],
      data: z.object({ resource: name, usage: count, limit: z.optional(count), message: z.optional(text) }),
      example: { resource: "storage", usage: 85, limit: 100 },
    },
    invoice_overdue: {
      summary: "An invoice was not paid in time.",
      aliases: ["invoice.overdue"],
      data: z.object({
        ...invoice,
        amount: z.optional(amount),
        dueDate: z.optional(date),
        daysOverdue: z.optional(count),
      }),
      example: { invoiceId: "INV-2025-001", amount: 299.9, dueDate: "2025-12-20", daysOverdue: 3 },
    },
  },
);
