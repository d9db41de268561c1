// Security keys and passkeys: asks the index for a question, has the browser put it to the key, and posts the answer.
//
// A button <button data-key="sign-in|enrol|prove" hidden> stands in a form with the CSRF token, a hidden field "answer"
// and the words of site/key_words.html. Fields "name", "kind" and "attest" are read when they are there.

const CALLS = {
  "sign-in": (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
  prove: (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
  enrol: (options) => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
};

/** A sentence for the person, which needs no further explanation. */
class Told extends Error {}

function canUseKeys() {
  return Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON && navigator.credentials);
}

async function begin(kind, form, words) {
  const field = (name) => form.elements.namedItem(name);
  const asked = { for: kind, name: "", attest: Boolean(field("attest")?.checked), passkey: field("kind")?.value === "passkey" };
  if (kind === "sign-in") asked.name = field("name")?.value ?? "";
  const answer = await fetch(words.begin, {
    method: "POST",
    credentials: "same-origin",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": field("csrfmiddlewaretoken").value },
    body: JSON.stringify(asked),
  }).catch(() => {
    throw new Told(words.unreachable);
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Told(told.message ?? words.stale);
  return told;
}

function isElsewhere(options) {
  const id = options.rpId ?? options.rp?.id;
  return location.hostname !== id && !location.hostname.endsWith(`.${id}`);
}

function addressOf(options) {
  const id = options.rpId ?? options.rp?.id;
  return `${location.protocol}//${id}${location.port ? `:${location.port}` : ""}`;
}

function wordsFor(error, words) {
  if (error instanceof Told) return error.message;
  switch (error.name) {
    case "NotAllowedError":
    case "AbortError":
      return words.cancelled;
    case "InvalidStateError":
      return words.enrolled;
    case "SecurityError":
      return words.elsewhere.replace("{address}", location.origin);
    default:
      return words.unsupported;
  }
}

function say(element, text, isBad) {
  element.classList.toggle("bad", isBad);
  element.hidden = false;
  element.textContent = text;
}

async function ask(kind, form, words) {
  if (!canUseKeys()) throw new Told(words.without);
  const options = await begin(kind, form, words);
  if (isElsewhere(options)) throw new Told(words.elsewhere.replace("{address}", addressOf(options)));
  const credential = await CALLS[kind](options);
  return JSON.stringify(credential.toJSON());
}

function prepare(button) {
  const form = button.form;
  const says = form?.querySelector("[data-key-says]");
  if (!says || !(button.dataset.key in CALLS)) return;
  button.hidden = false;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    button.disabled = true;
    say(says, says.dataset.waiting, false);
    try {
      form.elements.namedItem("answer").value = await ask(button.dataset.key, form, says.dataset);
      form.submit();
    } catch (error) {
      say(says, wordsFor(error, says.dataset), true);
      button.disabled = false;
      button.focus();
    }
  });
  // A page that comes back from the browser's memory must be of use again.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    button.disabled = false;
    says.hidden = true;
  });
}

document.querySelectorAll("button[data-key]").forEach(prepare);
