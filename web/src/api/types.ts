/** The shapes that the server sends, by the names that the page uses. Made from the server's own description. */
import type { components } from "./schema.gen.ts";

type Schemas = components["schemas"];

export type Point = Schemas["PointBody"];

/** A colour that someone knows: where it is, how far it surely reaches (a share of the longer side), "#rrggbb". */
export type Hint = Schemas["HintBody"];
/** Which spots were filled in, or shall be. */
export type Mask = Schemas["MaskOut"];
export type Photo = Schemas["PhotoOut"];
export type UploadAnnounced = Schemas["AnnounceUpload"];
export type Corners = Schemas["CornersOut"];
export type Diagnosis = Schemas["DiagnosisOut"];
export type Finding = Schemas["FindingOut"];
export type Rendition = Schemas["RenditionOut"];
export type Job = Schemas["JobOut"];
export type JobResult = Schemas["JobResult"];
export type JobOptions = Schemas["JobOptions"];
export type Operation = Job["operation"];
export type Strength = JobOptions["strength"];
export type Enlarge = JobOptions["enlarge"];
export type JobStatus = Job["status"];
export type Stage = Job["stage"];
export type Capabilities = Schemas["CapabilitiesOut"];
/** Somebody who can do an operation. */
export type Offer = Schemas["ChoiceOut"];
export type Style = NonNullable<JobOptions["style"]>;
export type Enhancement = NonNullable<JobOptions["enhancement"]>;
export type Story = Schemas["StoryOut"];
export type Considered = Schemas["ConsideredOut"];
export type Attempt = Schemas["AttemptOut"];
/** What a model made of the words of a job. */
export type Words = NonNullable<Story["words"]>;
/** A request that carried a photo away. */
export type Left = Schemas["LeftOut"];
export type Report = Schemas["NewReport"];

export type Me = Schemas["MeOut"];
export type User = Schemas["UserOut"];
export type ApiKey = Schemas["KeyOut"];
export type Scope = Schemas["Scope"];
export type Credits = Schemas["CreditsOut"];
export type Entry = Schemas["EntryOut"];
export type Prices = Schemas["PricesOut"];
export type Price = Schemas["OfferOut"];
export type Plans = Schemas["PlansOut"];
export type Plan = Plans["items"][number];
export type TopUp = Schemas["TopUpOut"];
export type Billing = Schemas["BillingOut"];
export type Interval = Schemas["BuyPlan"]["interval"];
export type Purchase = Schemas["BuyPlan"] | Schemas["BuyTopUp"];
