// Counts the page's deadlines down, and how long ago things were. The server decides every state; this only
// counts by the server's clock. While the page is not live, a countdown says "about".
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
  const ago = (seconds) => {
    const [unit, sign] = [[86400, "d"], [3600, "h"], [60, "m"]].find(([length]) => seconds >= length) || [1, "s"];
    return `${Math.max(0, Math.floor(seconds / unit))}${sign}`;
  };

  const tick = () => {
    const now = Date.now() + offset;
    const about = "stale" in document.body.dataset ? "about " : "";
    for (const element of document.querySelectorAll("time[data-due], time[data-ago]")) {
      const left = Math.floor((Date.parse(element.dateTime) - now) / 1000);
      const text = "ago" in element.dataset ? ago(-left)
        : left > 0 ? `${about}${say(left)} left` : left > -1 ? "due now" : `Missed by ${about}${say(-left)}`;
      if (element.textContent !== text) element.textContent = text;
    }
  };

  tick();
  setInterval(() => { if (!document.hidden) tick(); }, 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
})();
