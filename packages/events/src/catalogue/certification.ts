import * as z from "zod/mini";
import { family } from "../definition.ts";
import { count, date, link, name, text } from "./fields.ts";

const exam = { examId: name, title: z.optional(text), message: z.optional(text) };

/** The clock of an exam, the same for everybody who sits it. */
export const exams = family(
  { family: "exams", channels: ["tenant:{tenantId}:exams"] },
  {
    exam_started: {
      summary: "An exam runs; it ends at the given moment.",
      aliases: ["exam.started"],
      status: "running",
      data: z.object({ ...exam, endsAt: date, durationSeconds: z.optional(count) }),
      example: { examId: "exam-1", title: "Odoo 17", endsAt: "2026-01-31T12:00:00Z", durationSeconds: 3600 },
    },
    exam_tick: {
      summary: "How much time is left, so that clocks agree.",
      aliases: ["exam.tick"],
      status: "running",
      data: z.object({ ...exam, endsAt: z.optional(date), remainingSeconds: count }),
      example: { examId: "exam-1", remainingSeconds: 1800 },
    },
    exam_paused: {
      summary: "The clock stands still.",
      aliases: ["exam.paused"],
      status: "paused",
      data: z.object({ ...exam, remainingSeconds: count }),
      example: { examId: "exam-1", remainingSeconds: 1800 },
    },
    exam_resumed: {
      summary: "The clock runs again, or has another end.",
      aliases: ["exam.resumed", "exam_extended"],
      status: "running",
      data: z.object({ ...exam, endsAt: date }),
      example: { examId: "exam-1", endsAt: "2026-01-31T12:15:00Z" },
    },
    exam_finished: {
      summary: "The exam is over.",
      aliases: ["exam.finished"],
      status: "finished",
      data: z.object(exam),
      example: { examId: "exam-1" },
    },
  },
);

const sitting = { examId: name, candidateId: name };

/** What is seen while somebody sits an exam. */
export const proctoring = family(
  { family: "proctoring", channels: ["tenant:{tenantId}:proctoring"] },
  {
    proctoring_started: {
      summary: "A candidate is being watched.",
      aliases: ["proctoring.started"],
      data: z.object({ ...sitting, proctorId: z.optional(name) }),
      example: { examId: "exam-1", candidateId: "user_789" },
    },
    proctoring_incident: {
      summary: "Something that a proctor should look at.",
      aliases: ["proctoring.incident", "proctoring_alert"],
      data: z.object({
        ...sitting,
        kind: name,
        severity: z.enum(["info", "warning", "critical"]),
        message: z.optional(text),
      }),
      example: { examId: "exam-1", candidateId: "user_789", kind: "tab_switch", severity: "warning" },
    },
    proctoring_ended: {
      summary: "A candidate is no longer watched.",
      aliases: ["proctoring.ended"],
      data: z.object({ ...sitting, incidents: z.optional(count) }),
      example: { examId: "exam-1", candidateId: "user_789", incidents: 1 },
    },
  },
);

/** How it ended. */
export const results = family(
  { family: "results", channels: ["tenant:{tenantId}:results"] },
  {
    result_published: {
      summary: "A candidate's result is there.",
      aliases: ["result.published"],
      data: z.object({ ...sitting, score: z.number(), maxScore: z.optional(z.number()), passed: z.boolean() }),
      example: { examId: "exam-1", candidateId: "user_789", score: 87, maxScore: 100, passed: true },
    },
    certificate_issued: {
      summary: "A candidate has a certificate.",
      aliases: ["certificate.issued"],
      data: z.object({ ...sitting, certificateId: name, url: z.optional(link) }),
      example: { examId: "exam-1", candidateId: "user_789", certificateId: "C-1" },
    },
  },
);
