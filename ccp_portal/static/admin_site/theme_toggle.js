// @ts-check
/* The admin's button for the theme: the desk's own choice (theme.js reads it before the first paint). */
const html = document.documentElement
const isDark = () =>
  html.dataset.theme ? html.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches
document.getElementById("theme-switch")?.addEventListener("click", () => {
  const chosen = isDark() ? "light" : "dark"
  localStorage.setItem("ccp.theme", chosen)
  html.dataset.theme = chosen
})
