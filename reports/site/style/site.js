"use strict";
// Puts a chart that answers to pointing where a still one stands. Without it every page is complete;
// readers who force their own colors keep the still ones, which obey them, and a phone keeps those
// whose words stand beside the picture.
(function () {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const ownColors = window.matchMedia("(forced-colors: active)");
  const phone = window.matchMedia("(max-width: 40rem)");

  function draw(figure) {
    const chart = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const look = dark.matches ? chart.dark : chart.light;
    const layout = Object.assign({}, look.layout, phone.matches ? look.phone : {});
    const live = figure.querySelector(".live");
    const kept = chart.wide && phone.matches;
    live.hidden = kept;
    figure.classList.toggle("kept", kept);
    figure.classList.toggle("drawn", !kept);
    if (kept) {
      return;
    }
    window.Plotly.react(live, look.data, layout, chart.config).catch(function () {
      live.hidden = true;
      figure.classList.remove("drawn");
    });
  }

  function drawAll() {
    if (window.Plotly && !ownColors.matches) {
      document.querySelectorAll("figure[data-chart]").forEach(draw);
    }
  }

  drawAll();
  dark.addEventListener("change", drawAll);
  phone.addEventListener("change", drawAll);
})();
