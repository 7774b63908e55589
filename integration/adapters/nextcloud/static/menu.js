// Nextcloud shows an empty page with its own head; the person's page of Hadir goes into it.
(() => {
  const place = document.getElementById("content");
  const app = location.pathname.match(/^(.*\/apps\/app_api\/)embedded\/([^/]+)\//);
  if (!place || !app) return;
  const frame = document.createElement("iframe");
  frame.src = `${app[1]}proxy/${app[2]}/exapp/page`;
  frame.title = "Hadir";
  frame.style.cssText = "width: 100%; height: 100%; border: 0; border-radius: inherit;";
  place.append(frame);
})();
