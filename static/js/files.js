// Files of a message go to the server as soon as they are chosen, dropped or pasted, each with its progress,
// so that none is lost when the form comes back. Without this, the field sends them with the message.
export const attach = (form) => {
  const list = form.querySelector("[data-staged]");
  const field = form.elements.files;
  const offer = () => list.querySelectorAll("[data-remove]").forEach((button) => { button.hidden = false; });
  let running = 0;

  const send = (file) => {
    const line = document.createElement("li");
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.ariaLabel = `Sending ${file.name}`;
    line.append(`${file.name} `, bar);
    list.append(line);
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.set("files", file);
    const request = new XMLHttpRequest();
    running += 1;
    request.upload.onprogress = (event) => { bar.value = event.loaded / event.total; };
    request.onloadend = () => {
      running -= 1;
      if (request.status === 201) { line.outerHTML = request.responseText; offer(); return; }
      line.textContent = request.status === 422 ? request.responseText
        : `${file.name} was not sent. Sign in again or reload this page, then choose it again.`;
    };
    request.open("POST", form.dataset.stage);
    request.send(data);
  };
  const take = (files) => { for (const file of files) send(file); };

  field.addEventListener("change", () => { take([...field.files]); field.value = ""; });
  form.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) { event.preventDefault(); take(event.clipboardData.files); }
  });
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    form.addEventListener(name, (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      form.classList.toggle("dropping", name.startsWith("drage") || name === "dragover");
      if (name === "drop") take(event.dataTransfer.files);
    });
  }
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove]");
    if (!button) return;
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.set("remove", button.dataset.remove);
    fetch(form.dataset.stage, { method: "POST", body: data, redirect: "manual" });
    button.closest("li").remove();
    field.focus();
  });
  form.addEventListener("submit", (event) => {
    if (!running || event.submitter?.formAction !== form.action) return;
    event.preventDefault();
    form.querySelector("[data-said]").textContent = "A file is still on its way. Send again in a moment.";
  });
  offer();
  if (field.files.length) { take([...field.files]); field.value = ""; }  // chosen while this was on its way
};
