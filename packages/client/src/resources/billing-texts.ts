/** What a billing alert says. */
export interface BillingTexts {
  readonly usageTitle: string;
  readonly usage: (percent: number, resource: string) => string;
  readonly viewBilling: string;
  readonly overdueTitle: string;
  readonly overdue: (invoiceId: string) => string;
  readonly payNow: string;
}

export const billingTexts: Readonly<Record<"en" | "es-MX" | "pt-BR", BillingTexts>> = {
  en: {
    usageTitle: "Usage limit",
    usage: (percent, resource) => `You have used ${percent}% of your ${resource} limit`,
    viewBilling: "View billing",
    overdueTitle: "Invoice overdue",
    overdue: (invoiceId) => `Invoice ${invoiceId} is overdue`,
    payNow: "Pay now",
  },
  "es-MX": {
    usageTitle: "Límite de uso",
    usage: (percent, resource) => `Usaste ${percent}% de tu límite de ${resource}`,
    viewBilling: "Ver facturación",
    overdueTitle: "Factura vencida",
    overdue: (invoiceId) => `La factura ${invoiceId} está vencida`,
    payNow: "Pagar ahora",
  },
  "pt-BR": {
    usageTitle: "Limite de uso",
    usage: (percent, resource) => `Você usou ${percent}% do seu limite de ${resource}`,
    viewBilling: "Ver faturamento",
    overdueTitle: "Fatura vencida",
    overdue: (invoiceId) => `A fatura ${invoiceId} está vencida`,
    payNow: "Pagar agora",
  },
};
