// The interface, shown by Swagger UI from the description that programs get.
"use strict";

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#viewer",
  // An operation has an address: /docs#/Me/getMe.
  deepLinking: true,
  // The schemas are shown where they are used.
  defaultModelsExpandDepth: -1,
  validatorUrl: null,
});
