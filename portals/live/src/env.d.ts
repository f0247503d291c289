declare module "virtual:ui-colors.css";
declare module "*.css";
declare module "@fontsource-variable/inter";
