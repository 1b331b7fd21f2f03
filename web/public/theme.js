// Runs before the first paint, so that a chosen look does not flash in the other one.
(function () {
  try {
    var chosen = localStorage.getItem("rekindle.theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch (error) {
    // Storage may be switched off; the look of the system is used then.
  }
})();
