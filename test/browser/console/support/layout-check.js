/**
 * Runs in the page.
 * @param {number} target
 * @param {number} edgeContrast
 * @returns {string[]}
 */
export function check(target, edgeContrast) {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  /** Red, green and blue of a colour over white or black; the browser converts every notation. */
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const luminance = ([r, g, b]) => {
    const linear = (value = 0) => (value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const contrast = (one, other) => {
    const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const behind = (from) => {
    for (let one = from; one !== null; one = one.parentElement) {
      const colour = rgba(getComputedStyle(one).backgroundColor);
      if (colour[3] > 0.9) return colour;
    }
    return rgba("Canvas");
  };
  const nameOf = (one) =>
    `${one.tagName.toLowerCase()} "${(one.getAttribute("aria-label") ?? one.textContent ?? "").trim().slice(0, 40)}"`;
  const root = document.querySelector("dialog[open]") ?? document;
  const shown = [...root.querySelectorAll("button, input, select, textarea, summary, [role=tab]")].filter(
    (one) =>
      one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
      // A hidden text area is the form's, and a code editor is in its place for people.
      !one.matches(":disabled, :disabled *, textarea[aria-hidden='true']"),
  );
  const findings = [];
  for (const one of shown) {
    const style = getComputedStyle(one);
    const { width, height } = one.getBoundingClientRect();
    const isNative = one.matches("[type=checkbox], [type=radio], [type=range], [type=file]");
    const isText = one.matches(".link, summary") || style.display === "inline";
    if (!isNative && !isText && (width < target || height < target))
      findings.push(`target of ${Math.round(width)} x ${Math.round(height)}: ${nameOf(one)}`);
    if (isNative || !one.matches("input, select, textarea")) continue;
    const edge = contrast(rgba(style.borderTopColor), behind(one.parentElement));
    if (edge < edgeContrast) findings.push(`edge of ${edge.toFixed(2)}:1: ${nameOf(one)}`);
  }
  const boxes = shown
    .filter((one) => !one.matches(".switch input, [type=checkbox], [type=radio]"))
    .map((one) => ({ one, box: one.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0);
  const isSticky = (one) =>
    one.closest(".bar, .save-bar, .notices, [popover], header.flag") !== null || one.closest("nav") !== null;
  for (const [i, { one, box }] of boxes.entries()) {
    for (const { one: other, box: next } of boxes.slice(i + 1)) {
      if (one.contains(other) || other.contains(one) || isSticky(one) || isSticky(other)) continue;
      const x = Math.min(box.right, next.right) - Math.max(box.left, next.left);
      const y = Math.min(box.bottom, next.bottom) - Math.max(box.top, next.top);
      if (x > 1 && y > 1) findings.push(`${nameOf(one)} covers ${nameOf(other)}`);
    }
  }
  return findings;
}
