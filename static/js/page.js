// After a form came back with errors, the list of them has the focus, so that nobody has to look for it.
document.getElementById("esum")?.focus();
