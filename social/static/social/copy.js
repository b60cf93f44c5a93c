// Copies the text of the element that a button names.
document.querySelectorAll("[data-copy]").forEach((button) => {
  button.addEventListener("click", async () => {
    const source = document.querySelector(button.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    button.classList.add("social-copied");
    setTimeout(() => button.classList.remove("social-copied"), 1500);
  });
});
