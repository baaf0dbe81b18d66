// Left out of this binary: /docs loads swagger-ui-bundle.js.
