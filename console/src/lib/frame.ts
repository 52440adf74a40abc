/** Calls at most once for each frame of the display, however often it is asked to; not at all in a hidden tab. */
export function oncePerFrame(draw: () => void): () => void {
  let asked = false;
  return () => {
    if (!asked) {
      asked = true;
      requestAnimationFrame(() => {
        asked = false;
        draw();
      });
    }
  };
}
