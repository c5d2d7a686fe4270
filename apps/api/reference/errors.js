// A problem's `type` is `/docs#<code>`: it leads to that code's entry. Codes have a dot, the reference's own anchors do not.
function openErrorEntry() {
  if (/^#[a-z_]+\.[a-z_]+$/.test(location.hash)) location.replace(`/docs/errors${location.hash}`);
}
addEventListener('hashchange', openErrorEntry);
openErrorEntry();
