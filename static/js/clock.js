// Counts the page's deadlines down. The server decides every state; this only counts the time until the
// due instant that the server wrote, by the server's clock, and says so when it has passed.
(() => {
  const page = document.body.dataset.now;
  const offset = page ? Date.parse(page) - Date.now() : 0;
  const two = (number) => String(number).padStart(2, "0");

  const say = (seconds) => {
    const days = Math.floor(seconds / 86400);
    const hours = Math.floor((seconds % 86400) / 3600);
    const minutes = Math.floor((seconds % 3600) / 60);
    if (days) return `${days}d ${hours}h`;
    if (hours) return `${hours}h ${two(minutes)}m`;
    return `${minutes}:${two(Math.floor(seconds % 60))}`;
  };

  const tick = () => {
    const now = Date.now() + offset;
    for (const element of document.querySelectorAll("time[data-due]")) {
      const left = Math.floor((Date.parse(element.dateTime) - now) / 1000);
      const text = left > 0 ? `${say(left)} left` : left > -1 ? "due now" : `Missed by ${say(-left)}`;
      if (element.textContent !== text) element.textContent = text;
    }
  };

  tick();
  setInterval(() => { if (!document.hidden) tick(); }, 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
})();
