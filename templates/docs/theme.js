"use strict";
// Set before the page is drawn. Storage may be forbidden for pages opened from files.
try {
  const theme = localStorage.getItem("hooksmith-theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  // The system's preference applies.
}
