// @ts-check
/* Theme and contrast as chosen, set before the first paint: a plain script in <head>, no module. */
for (const name of ["theme", "contrast"]) {
  const chosen = localStorage.getItem(`ccp.${name}`)
  if (chosen) document.documentElement.dataset[name] = chosen
}
