export default defineAppConfig({
  ui: {
    colors: {
      primary: "indigo",
      secondary: "cyan",
      success: "emerald",
      info: "sky",
      warning: "amber",
      error: "rose",
      neutral: "slate",
    },
  },
});
