// Types of Ordet's content API, made from its OpenAPI document by `make types`. Copy this file into your project.
export interface paths {
    "/api/content/v1/by-path": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whatever stands at a path
         * @description The home page, a section or a post at `path`, or where it went; one request is enough.
         */
        get: operations["getByPath"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/content/v1/issues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List issues of the newsletter
         * @description Issues that went to everybody on a list whose archive is open, newest first.
         */
        get: operations["listIssues"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/content/v1/issues/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One issue
         * @description A whole issue by its id.
         */
        get: operations["getIssue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/content/v1/key-dates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List key dates
         * @description Dates of all public posts, earliest first. Dates in words ("mars–april") stand on their posts alone.
         */
        get: operations["listKeyDates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/content/v1/navigation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Menu, footer, identity
         * @description The menu with its pages, the footer, and the association's name, logo and addresses.
         */
        get: operations["getNavigation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/content/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List people
         * @description People by name; with `on` those who hold a role that day, such as the board of a year.
         */
        get: operations["listPeople"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/content/v1/people/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One person
         * @description A person with all roles, in the editors' order.
         */
        get: operations["getPerson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/content/v1/posts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List posts
         * @description Cards of published posts, newest first; follow `after` for more.
         */
        get: operations["listPosts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/content/v1/posts/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One post
         * @description A whole post by its id.
         */
        get: operations["getPost"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/content/v1/preview/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A draft, for the front end that shows it to its editor
         * @description Exchange the token in the editor's address for the page as it was previewed; needs a preview key, for 15 minutes.
         */
        get: operations["getPreview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/content/v1/regions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List regions
         * @description All regions with their numbers of posts.
         */
        get: operations["listRegions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/content/v1/topics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List topics
         * @description All topics with their numbers of posts.
         */
        get: operations["listTopics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A short form and what it stands for. */
        Abbreviation: {
            meaning: string;
            short: string;
        };
        /** @description A whole post of the type article. */
        ArticleDetail: {
            abbreviations: components["schemas"]["Abbreviation"][];
            afterword: components["schemas"]["Block"][];
            body: components["schemas"]["Block"][];
            byline: components["schemas"]["Byline"][];
            /** Format: date-time */
            date: string;
            fields: components["schemas"]["ArticleFields"] | null;
            /** Format: uuid */
            id: string;
            image: components["schemas"]["Image"] | null;
            key_dates: components["schemas"]["KeyDate"][];
            kicker: string;
            lead_image: components["schemas"]["Image"] | null;
            members_only: boolean;
            path: string;
            players: components["schemas"]["Player"][];
            postscript: components["schemas"]["RichText"] | null;
            regions: components["schemas"]["Term"][];
            related: components["schemas"]["Card"][];
            search_description: string;
            search_title: string;
            summary: string;
            title: string;
            topics: components["schemas"]["Term"][];
            type: "article";
            type_label: string;
            /** Format: date-time */
            updated_at: string;
            url: string;
            withheld: boolean;
        };
        /** @description The genre. */
        ArticleFields: {
            genre: string;
        };
        /** @description Who the association is; what nobody has filled in is empty. */
        Association: {
            email: string;
            footer: string;
            logo: components["schemas"]["Image"] | null;
            name: string;
            organisation_number: string;
            postal_address: string[];
            short_name: string;
            tagline: string;
        };
        /** @description A whole post of the type award. */
        AwardDetail: {
            abbreviations: components["schemas"]["Abbreviation"][];
            afterword: components["schemas"]["Block"][];
            body: components["schemas"]["Block"][];
            byline: components["schemas"]["Byline"][];
            /** Format: date-time */
            date: string;
            fields: components["schemas"]["AwardFields"] | null;
            /** Format: uuid */
            id: string;
            image: components["schemas"]["Image"] | null;
            key_dates: components["schemas"]["KeyDate"][];
            kicker: string;
            lead_image: components["schemas"]["Image"] | null;
            members_only: boolean;
            path: string;
            players: components["schemas"]["Player"][];
            postscript: components["schemas"]["RichText"] | null;
            regions: components["schemas"]["Term"][];
            related: components["schemas"]["Card"][];
            search_description: string;
            search_title: string;
            summary: string;
            title: string;
            topics: components["schemas"]["Term"][];
            type: "award";
            type_label: string;
            /** Format: date-time */
            updated_at: string;
            url: string;
            withheld: boolean;
        };
        /** @description Award, figures and nominees. */
        AwardFields: {
            award_name: string;
            category_count: number | null;
            edition: string;
            nominated: number | null;
            nominees: components["schemas"]["Nominee"][];
            submitted: number | null;
            vote_url: string;
        };
        Block: components["schemas"]["HeadingBlock"] | components["schemas"]["TextBlock"] | components["schemas"]["PictureBlock"] | components["schemas"]["QuotationBlock"] | components["schemas"]["FactBoxBlock"] | components["schemas"]["LinksBlock"] | components["schemas"]["ButtonBlock"] | components["schemas"]["PersonBlock"] | components["schemas"]["FilmBlock"] | components["schemas"]["DocumentBlock"] | components["schemas"]["KeyDatesBlock"] | components["schemas"]["HtmlBlock"];
        /** @description A link that wants to be pressed. */
        ButtonBlock: {
            id: string | null;
            type: "button";
            value: components["schemas"]["Link"];
        };
        /** @description Who wrote it, with roles as printed; `slug` is the person's, for the filter `author`. */
        Byline: {
            name: string;
            portrait: components["schemas"]["Image"] | null;
            roles: string[];
            slug: string | null;
        };
        /** @description A whole post of the type call. */
        CallDetail: {
            abbreviations: components["schemas"]["Abbreviation"][];
            afterword: components["schemas"]["Block"][];
            body: components["schemas"]["Block"][];
            byline: components["schemas"]["Byline"][];
            /** Format: date-time */
            date: string;
            fields: components["schemas"]["CallFields"] | null;
            /** Format: uuid */
            id: string;
            image: components["schemas"]["Image"] | null;
            key_dates: components["schemas"]["KeyDate"][];
            kicker: string;
            lead_image: components["schemas"]["Image"] | null;
            members_only: boolean;
            path: string;
            players: components["schemas"]["Player"][];
            postscript: components["schemas"]["RichText"] | null;
            regions: components["schemas"]["Term"][];
            related: components["schemas"]["Card"][];
            search_description: string;
            search_title: string;
            summary: string;
            title: string;
            topics: components["schemas"]["Term"][];
            type: "call";
            type_label: string;
            /** Format: date-time */
            updated_at: string;
            url: string;
            withheld: boolean;
        };
        /** @description The call's own facts; its dates are the key dates. */
        CallFields: {
            event_place: string;
            link: string;
            organiser: string;
            wanted: string;
        };
        /** @description A post as lists show it. `id` is stable for ever; `path` begins with a slash, `url` is where readers find it. */
        Card: {
            byline: components["schemas"]["Byline"][];
            /** Format: date-time */
            date: string;
            /** Format: uuid */
            id: string;
            image: components["schemas"]["Image"] | null;
            key_dates: components["schemas"]["KeyDate"][];
            kicker: string;
            members_only: boolean;
            path: string;
            regions: components["schemas"]["Term"][];
            summary: string;
            title: string;
            topics: components["schemas"]["Term"][];
            /** @enum {string} */
            type: "article" | "award" | "call" | "clipping" | "column" | "consultation_response" | "debate_article" | "event" | "film" | "focus_area" | "network" | "page";
            type_label: string;
            url: string;
        };
        /**
         * @description One page of a list; `after` leads to the next and is null at the end.
         *
         *     `count`: how many posts a search found; with `more`, that many and more. Lists don't count.
         */
        Cards: {
            after: string | null;
            count: number | null;
            items: components["schemas"]["ListCard"][];
            /** @default false */
            more: boolean;
        };
        /** @description A whole post of the type clipping. */
        ClippingDetail: {
            abbreviations: components["schemas"]["Abbreviation"][];
            afterword: components["schemas"]["Block"][];
            body: components["schemas"]["Block"][];
            byline: components["schemas"]["Byline"][];
            /** Format: date-time */
            date: string;
            fields: components["schemas"]["ClippingFields"] | null;
            /** Format: uuid */
            id: string;
            image: components["schemas"]["Image"] | null;
            key_dates: components["schemas"]["KeyDate"][];
            kicker: string;
            lead_image: components["schemas"]["Image"] | null;
            members_only: boolean;
            path: string;
            players: components["schemas"]["Player"][];
            postscript: components["schemas"]["RichText"] | null;
            regions: components["schemas"]["Term"][];
            related: components["schemas"]["Card"][];
            search_description: string;
            search_title: string;
            summary: string;
            title: string;
            topics: components["schemas"]["Term"][];
            type: "clipping";
            type_label: string;
            /** Format: date-time */
            updated_at: string;
            url: string;
            withheld: boolean;
        };
        /** @description Paper, quotation and where to read it; `printed` is an ISO date. */
        ClippingFields: {
            document_url: string;
            link: string;
            paper: string;
            printed: string | null;
            quotation: string;
            quotation_source: string;
        };
        /** @description A whole post of the type column. */
        ColumnDetail: {
            abbreviations: components["schemas"]["Abbreviation"][];
            afterword: components["schemas"]["Block"][];
            body: components["schemas"]["Block"][];
            byline: components["schemas"]["Byline"][];
            /** Format: date-time */
            date: string;
            fields: components["schemas"]["ColumnFields"] | null;
            /** Format: uuid */
            id: string;
            image: components["schemas"]["Image"] | null;
            key_dates: components["schemas"]["KeyDate"][];
            kicker: string;
            lead_image: components["schemas"]["Image"] | null;
            members_only: boolean;
            path: string;
            players: components["schemas"]["Player"][];
            postscript: components["schemas"]["RichText"] | null;
            regions: components["schemas"]["Term"][];
            related: components["schemas"]["Card"][];
            search_description: string;
            search_title: string;
            summary: string;
            title: string;
            topics: components["schemas"]["Term"][];
            type: "column";
            type_label: string;
            /** Format: date-time */
            updated_at: string;
            url: string;
            withheld: boolean;
        };
        /** @description Series and sign-off. */
        ColumnFields: {
            series: string;
            sign_off: string;
        };
        /** @description A whole post of the type consultation_response. */
        ConsultationResponseDetail: {
            abbreviations: components["schemas"]["Abbreviation"][];
            afterword: components["schemas"]["Block"][];
            body: components["schemas"]["Block"][];
            byline: components["schemas"]["Byline"][];
            /** Format: date-time */
            date: string;
            fields: components["schemas"]["ConsultationResponseFields"] | null;
            /** Format: uuid */
            id: string;
            image: components["schemas"]["Image"] | null;
            key_dates: components["schemas"]["KeyDate"][];
            kicker: string;
            lead_image: components["schemas"]["Image"] | null;
            members_only: boolean;
            path: string;
            players: components["schemas"]["Player"][];
            postscript: components["schemas"]["RichText"] | null;
            regions: components["schemas"]["Term"][];
            related: components["schemas"]["Card"][];
            search_description: string;
            search_title: string;
            summary: string;
            title: string;
            topics: components["schemas"]["Term"][];
            type: "consultation_response";
            type_label: string;
            /** Format: date-time */
            updated_at: string;
            url: string;
            withheld: boolean;
        };
        /** @description Who asked for what, and the answer; the last day to answer is a key date. Addresses are empty where there is none. */
        ConsultationResponseFields: {
            answered: string | null;
            answered_by: string;
            document_url: string;
            due: string | null;
            link: string;
            memorandum: string;
            ministry: string;
            reference_number: string;
        };
        /** @description A topic or a region; `posts` counts what `GET /posts` lists with it. */
        CountedTerm: {
            name: string;
            posts: number;
            slug: string;
        };
        /** @description A whole post of the type debate_article. */
        DebateArticleDetail: {
            abbreviations: components["schemas"]["Abbreviation"][];
            afterword: components["schemas"]["Block"][];
            body: components["schemas"]["Block"][];
            byline: components["schemas"]["Byline"][];
            /** Format: date-time */
            date: string;
            fields: components["schemas"]["DebateArticleFields"] | null;
            /** Format: uuid */
            id: string;
            image: components["schemas"]["Image"] | null;
            key_dates: components["schemas"]["KeyDate"][];
            kicker: string;
            lead_image: components["schemas"]["Image"] | null;
            members_only: boolean;
            path: string;
            players: components["schemas"]["Player"][];
            postscript: components["schemas"]["RichText"] | null;
            regions: components["schemas"]["Term"][];
            related: components["schemas"]["Card"][];
            search_description: string;
            search_title: string;
            summary: string;
            title: string;
            topics: components["schemas"]["Term"][];
            type: "debate_article";
            type_label: string;
            /** Format: date-time */
            updated_at: string;
            url: string;
            withheld: boolean;
        };
        /** @description Paper, day, where to read it, and who signed. */
        DebateArticleFields: {
            link: string;
            paper: string;
            printed: string | null;
            signatories: components["schemas"]["Signatory"][];
        };
        /** @description A link to documentation. */
        Document: {
            text: string;
            url: string;
        };
        /** @description A document to download. */
        DocumentBlock: {
            id: string | null;
            type: "document";
            value: components["schemas"]["DocumentValue"];
        };
        /** @description A file to download; `extension` is "pdf" and the like. */
        DocumentValue: {
            extension: string;
            text: string;
            url: string;
        };
        /** @description A whole post of the type event. */
        EventDetail: {
            abbreviations: components["schemas"]["Abbreviation"][];
            afterword: components["schemas"]["Block"][];
            body: components["schemas"]["Block"][];
            byline: components["schemas"]["Byline"][];
            /** Format: date-time */
            date: string;
            fields: components["schemas"]["EventFields"] | null;
            /** Format: uuid */
            id: string;
            image: components["schemas"]["Image"] | null;
            key_dates: components["schemas"]["KeyDate"][];
            kicker: string;
            lead_image: components["schemas"]["Image"] | null;
            members_only: boolean;
            path: string;
            players: components["schemas"]["Player"][];
            postscript: components["schemas"]["RichText"] | null;
            regions: components["schemas"]["Term"][];
            related: components["schemas"]["Card"][];
            search_description: string;
            search_title: string;
            summary: string;
            title: string;
            topics: components["schemas"]["Term"][];
            type: "event";
            type_label: string;
            /** Format: date-time */
            updated_at: string;
            url: string;
            withheld: boolean;
        };
        /** @description Place, theme, registration, programme and people; the days are key dates. */
        EventFields: {
            documentation: components["schemas"]["Document"][];
            member_discount: string;
            on_site: components["schemas"]["OnSite"][];
            place: string;
            programme: components["schemas"]["Session"][];
            registration_url: string;
            theme: string;
        };
        /** @description A box beside the text. */
        FactBoxBlock: {
            id: string | null;
            type: "fact_box";
            value: components["schemas"]["FactBoxValue"];
        };
        /** @description A box beside the text. */
        FactBoxValue: {
            text: components["schemas"]["RichText"];
            title: string;
        };
        /** @description A film or another embed by its address; looked up by a job, shown as a link until then. */
        FilmBlock: {
            id: string | null;
            type: "film";
            value: components["schemas"]["FilmValue"];
        };
        /** @description A whole post of the type film. */
        FilmDetail: {
            abbreviations: components["schemas"]["Abbreviation"][];
            afterword: components["schemas"]["Block"][];
            body: components["schemas"]["Block"][];
            byline: components["schemas"]["Byline"][];
            /** Format: date-time */
            date: string;
            fields: components["schemas"]["FilmFields"] | null;
            /** Format: uuid */
            id: string;
            image: components["schemas"]["Image"] | null;
            key_dates: components["schemas"]["KeyDate"][];
            kicker: string;
            lead_image: components["schemas"]["Image"] | null;
            members_only: boolean;
            path: string;
            players: components["schemas"]["Player"][];
            postscript: components["schemas"]["RichText"] | null;
            regions: components["schemas"]["Term"][];
            related: components["schemas"]["Card"][];
            search_description: string;
            search_title: string;
            summary: string;
            title: string;
            topics: components["schemas"]["Term"][];
            type: "film";
            type_label: string;
            /** Format: date-time */
            updated_at: string;
            url: string;
            withheld: boolean;
        };
        /** @description The films. */
        FilmFields: {
            films: components["schemas"]["OneFilm"][];
            production: string;
        };
        /** @description A film by the address of its own page; the post's `players` tell how to show it. */
        FilmValue: {
            length: string;
            title: string;
            url: string;
        };
        /** @description A whole post of the type focus_area. */
        FocusAreaDetail: {
            abbreviations: components["schemas"]["Abbreviation"][];
            afterword: components["schemas"]["Block"][];
            body: components["schemas"]["Block"][];
            byline: components["schemas"]["Byline"][];
            /** Format: date-time */
            date: string;
            fields: components["schemas"]["FocusAreaFields"] | null;
            /** Format: uuid */
            id: string;
            image: components["schemas"]["Image"] | null;
            key_dates: components["schemas"]["KeyDate"][];
            kicker: string;
            lead_image: components["schemas"]["Image"] | null;
            members_only: boolean;
            path: string;
            players: components["schemas"]["Player"][];
            postscript: components["schemas"]["RichText"] | null;
            regions: components["schemas"]["Term"][];
            related: components["schemas"]["Card"][];
            search_description: string;
            search_title: string;
            summary: string;
            title: string;
            topics: components["schemas"]["Term"][];
            type: "focus_area";
            type_label: string;
            /** Format: date-time */
            updated_at: string;
            url: string;
            withheld: boolean;
        };
        /** @description Since when, until when (null: it goes on), who is in charge, and its posts: the chosen ones, then the newest. */
        FocusAreaFields: {
            concluded: string | null;
            posts: components["schemas"]["Linked"][];
            responsible: components["schemas"]["InCharge"][];
            since: string | null;
        };
        /** @description A heading within the text. */
        HeadingBlock: {
            id: string | null;
            type: "heading";
            value: components["schemas"]["HeadingValue"];
        };
        /** @description A heading within the text and how large it is. */
        HeadingValue: {
            /** @enum {string} */
            level: "h2" | "h3";
            text: string;
        };
        /** @description Markup from an import that no other block could take; always sanitised. */
        HtmlBlock: {
            id: string | null;
            type: "html";
            value: components["schemas"]["RichText"];
        };
        /**
         * @description A picture with the words that belong to it; `url` is the largest of `copies` (smallest first), WebP.
         *
         *     `srcset` names all copies as HTML's attribute of that name wants them.
         */
        Image: {
            alt: string;
            caption: string;
            copies: components["schemas"]["ImageCopy"][];
            height: number;
            photographer: string;
            srcset: string;
            url: string;
            width: number;
        };
        /** @description A copy of a picture; sizes in pixels. */
        ImageCopy: {
            height: number;
            url: string;
            width: number;
        };
        /** @description A person with what they do here; `slug` is the person's, for the filter `author`. */
        InCharge: {
            employer: string;
            name: string;
            role: string;
            slug: string;
            title: string;
        };
        /** @description The home page or a section, with its newest posts; more of a section's: `GET /posts?section=` its path. */
        Index: {
            introduction: string;
            path: string;
            posts: components["schemas"]["Cards"];
            title: string;
            /** @enum {string} */
            type: "home" | "section";
            url: string;
        };
        /** @description An issue as the archive lists it; `url` is its page on the web, and `id` its number in that address. */
        IssueCard: {
            id: number;
            issue_line: string;
            list: string;
            path: string;
            preheader: string;
            /** Format: date-time */
            sent_at: string;
            subject: string;
            url: string;
        };
        /** @description A whole issue: the letter as HTML and as text, with nobody's links, and the ids of the posts in it. */
        IssueDetail: {
            html: string;
            id: number;
            issue_line: string;
            list: string;
            path: string;
            posts: string[];
            preheader: string;
            /** Format: date-time */
            sent_at: string;
            subject: string;
            text: string;
            url: string;
        };
        /** @description One page of the archive; `after` leads to the next and is null at the end. */
        Issues: {
            after: string | null;
            items: components["schemas"]["IssueCard"][];
        };
        /**
         * @description A key date. `starts` and `ends` (exclusive) are exact when `precision` is minute or day; `text` is how to show it.
         *
         *     `closes`: its passing shuts the post; `closed`: it has.
         */
        KeyDate: {
            closed: boolean;
            closes: boolean;
            ends: string | null;
            kind: string;
            label: string;
            /** @enum {string} */
            precision: "minute" | "day" | "month" | "text";
            starts: string | null;
            text: string;
        };
        /** @description One page of the calendar; `after` leads to the next and is null at the end. */
        KeyDates: {
            after: string | null;
            items: components["schemas"]["PostKeyDate"][];
        };
        /** @description A box of dates. */
        KeyDatesBlock: {
            id: string | null;
            type: "key_dates";
            value: components["schemas"]["KeyDatesValue"];
        };
        /** @description A box of dates. */
        KeyDatesValue: {
            dates: components["schemas"]["KeyDate"][];
            title: string;
        };
        /** @description A link; `url` is a path for a page of the site, a whole address for anything else. */
        Link: {
            text: string;
            url: string;
        };
        /** @description A post of the focus area; `id` leads to it in this API, `path` begins with a slash. */
        Linked: {
            /** Format: uuid */
            id: string;
            path: string;
            title: string;
            type: string;
        };
        /** @description A list of links. */
        LinksBlock: {
            id: string | null;
            type: "links";
            value: components["schemas"]["LinksValue"];
        };
        /** @description A list of links; `title` may be empty. */
        LinksValue: {
            links: components["schemas"]["Link"][];
            title: string;
        };
        /** @description A card in a list. `snippet`: where a search (`q`) found the words, as HTML with them in `<mark>`; else null. */
        ListCard: {
            byline: components["schemas"]["Byline"][];
            /** Format: date-time */
            date: string;
            /** Format: uuid */
            id: string;
            image: components["schemas"]["Image"] | null;
            key_dates: components["schemas"]["KeyDate"][];
            kicker: string;
            members_only: boolean;
            path: string;
            regions: components["schemas"]["Term"][];
            snippet: string | null;
            summary: string;
            title: string;
            topics: components["schemas"]["Term"][];
            /** @enum {string} */
            type: "article" | "award" | "call" | "clipping" | "column" | "consultation_response" | "debate_article" | "event" | "film" | "focus_area" | "network" | "page";
            type_label: string;
            url: string;
        };
        /** @description A meeting; without `time` it lasts all day. Times are Stockholm's. */
        Meeting: {
            day: string;
            link: string;
            place: string;
            time: string;
            title: string;
            until: string;
        };
        /** @description A page of the menu and those below it. */
        MenuItem: {
            children: components["schemas"]["Place"][];
            path: string;
            title: string;
            url: string;
        };
        /** @description What stands around every page. */
        Navigation: {
            association: components["schemas"]["Association"];
            footer: components["schemas"]["Place"][];
            header: components["schemas"]["Place"][];
            menu: components["schemas"]["MenuItem"][];
        };
        /** @description A whole post of the type network. */
        NetworkDetail: {
            abbreviations: components["schemas"]["Abbreviation"][];
            afterword: components["schemas"]["Block"][];
            body: components["schemas"]["Block"][];
            byline: components["schemas"]["Byline"][];
            /** Format: date-time */
            date: string;
            fields: components["schemas"]["NetworkFields"] | null;
            /** Format: uuid */
            id: string;
            image: components["schemas"]["Image"] | null;
            key_dates: components["schemas"]["KeyDate"][];
            kicker: string;
            lead_image: components["schemas"]["Image"] | null;
            members_only: boolean;
            path: string;
            players: components["schemas"]["Player"][];
            postscript: components["schemas"]["RichText"] | null;
            regions: components["schemas"]["Term"][];
            related: components["schemas"]["Card"][];
            search_description: string;
            search_title: string;
            summary: string;
            title: string;
            topics: components["schemas"]["Term"][];
            type: "network";
            type_label: string;
            /** Format: date-time */
            updated_at: string;
            url: string;
            withheld: boolean;
        };
        /** @description Who leads it, when and where it meets, how one joins. */
        NetworkFields: {
            contact: string;
            how_to_join: string;
            leaders: components["schemas"]["InCharge"][];
            meetings: components["schemas"]["Meeting"][];
        };
        /** @description One nominee. */
        Nominee: {
            categories: string[];
            organisations: string[];
            project: string;
            wins: string[];
        };
        /** @description A film with what belongs to it. */
        OneFilm: {
            credits: string;
            length: string;
            people: string[];
            title: string;
            transcript: string;
            url: string;
        };
        /** @description One of the association's people at the event. */
        OnSite: {
            competences: string;
            contact: string;
            days: string;
            name: string;
            preliminary: boolean;
        };
        /** @description One page of a list by name; `after` leads to the next and is null at the end. */
        People: {
            after: string | null;
            items: components["schemas"]["Person"][];
        };
        /** @description Somebody in or near the association. What they wrote: `GET /posts?author=` the slug. */
        Person: {
            competences: string[];
            employer: string;
            name: string;
            portrait: components["schemas"]["Image"] | null;
            region: components["schemas"]["Term"] | null;
            roles: components["schemas"]["Role"][];
            slug: string;
            title: string;
        };
        /** @description A person with a few words. */
        PersonBlock: {
            id: string | null;
            type: "person";
            value: components["schemas"]["PersonValue"];
        };
        /** @description A person with a few words; `slug` leads to `GET /people/{slug}`, null when the person is gone. */
        PersonValue: {
            employer: string;
            name: string;
            portrait: components["schemas"]["Image"] | null;
            slug: string | null;
            text: string;
            title: string;
        };
        /** @description A picture in the text; empty words fall back on the picture's own. */
        PictureBlock: {
            id: string | null;
            type: "picture";
            value: components["schemas"]["Image"];
        };
        /** @description A page as menus name it; `path` begins with a slash, `url` is where readers find it. */
        Place: {
            path: string;
            title: string;
            url: string;
        };
        /** @description A whole post of the type page. */
        PlainPageDetail: {
            abbreviations: components["schemas"]["Abbreviation"][];
            afterword: components["schemas"]["Block"][];
            body: components["schemas"]["Block"][];
            byline: components["schemas"]["Byline"][];
            /** Format: date-time */
            date: string;
            fields: components["schemas"]["PlainPageFields"] | null;
            /** Format: uuid */
            id: string;
            image: components["schemas"]["Image"] | null;
            key_dates: components["schemas"]["KeyDate"][];
            kicker: string;
            lead_image: components["schemas"]["Image"] | null;
            members_only: boolean;
            path: string;
            players: components["schemas"]["Player"][];
            postscript: components["schemas"]["RichText"] | null;
            regions: components["schemas"]["Term"][];
            related: components["schemas"]["Card"][];
            search_description: string;
            search_title: string;
            summary: string;
            title: string;
            topics: components["schemas"]["Term"][];
            type: "page";
            type_label: string;
            /** Format: date-time */
            updated_at: string;
            url: string;
            withheld: boolean;
        };
        /** @description What the type adds to the API's answer; overridden by each type. */
        PlainPageFields: Record<string, never>;
        /** @description How to show the film at `url`: `src` is what a frame may hold, `still` a picture to wait behind (may be empty). */
        Player: {
            height: number;
            provider: string;
            src: string;
            still: string;
            title: string;
            url: string;
            width: number;
        };
        Post: components["schemas"]["ArticleDetail"] | components["schemas"]["AwardDetail"] | components["schemas"]["CallDetail"] | components["schemas"]["ClippingDetail"] | components["schemas"]["ColumnDetail"] | components["schemas"]["ConsultationResponseDetail"] | components["schemas"]["DebateArticleDetail"] | components["schemas"]["EventDetail"] | components["schemas"]["FilmDetail"] | components["schemas"]["FocusAreaDetail"] | components["schemas"]["NetworkDetail"] | components["schemas"]["PlainPageDetail"];
        /** @description A key date with its post. */
        PostKeyDate: {
            closed: boolean;
            closes: boolean;
            ends: string | null;
            kind: string;
            label: string;
            post: components["schemas"]["PostLink"];
            /** @enum {string} */
            precision: "minute" | "day" | "month" | "text";
            starts: string | null;
            text: string;
        };
        /** @description The post that a key date belongs to. */
        PostLink: {
            /** Format: uuid */
            id: string;
            kicker: string;
            members_only: boolean;
            path: string;
            title: string;
            /** @enum {string} */
            type: "article" | "award" | "call" | "clipping" | "column" | "consultation_response" | "debate_article" | "event" | "film" | "focus_area" | "network" | "page";
            type_label: string;
            url: string;
        };
        /** @description An error as RFC 9457 shapes it. */
        Problem: {
            detail: string;
            /**
             * @description One for each parameter that is wrong.
             * @default []
             */
            errors: components["schemas"]["ProblemError"][];
            status: number;
            title: string;
            type: string;
        };
        /** @description What is wrong with one parameter. */
        ProblemError: {
            detail: string;
            parameter: string;
        };
        /** @description Somebody's words. */
        QuotationBlock: {
            id: string | null;
            type: "quotation";
            value: components["schemas"]["QuotationValue"];
        };
        /** @description Somebody's words, without quotation marks. */
        QuotationValue: {
            source: string;
            text: string;
        };
        /** @description Where the page went: a path on the site, or an address elsewhere. */
        Redirect: {
            permanent: boolean;
            redirect: string;
        };
        /** @description Running text, both as HTML and as Markdown. Pages are linked by path, files by their whole address. */
        RichText: {
            html: string;
            markdown: string;
        };
        /** @description An office, in the association or elsewhere; an open end is null. */
        Role: {
            begins: string | null;
            ends: string | null;
            organisation: string;
            title: string;
        };
        /** @description A point in the programme; `day` is an ISO date. */
        Session: {
            day: string;
            time: string;
            title: string;
            who: string;
        };
        /** @description Somebody who signed, as printed; `slug` is the person's, null for a stranger. */
        Signatory: {
            name: string;
            organisation: string;
            role: string;
            slug: string | null;
        };
        /** @description A topic or a region. */
        Term: {
            name: string;
            slug: string;
        };
        /** @description All topics or all regions by name, in Swedish order. */
        Terms: {
            items: components["schemas"]["CountedTerm"][];
        };
        /** @description Running text. */
        TextBlock: {
            id: string | null;
            type: "text";
            value: components["schemas"]["RichText"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getByPath: {
        parameters: {
            query: {
                path: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/json": components["schemas"]["Post"] | components["schemas"]["Index"] | components["schemas"]["Redirect"];
                };
            };
            /** @description Nothing has changed since the ETag in If-None-Match. */
            304: {
                headers: {
                    [name: string]: string;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listIssues: {
        parameters: {
            query?: {
                /** @description The key that the page before this one gave. */
                after?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/json": components["schemas"]["Issues"];
                };
            };
            /** @description Nothing has changed since the ETag in If-None-Match. */
            304: {
                headers: {
                    [name: string]: string;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getIssue: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/json": components["schemas"]["IssueDetail"];
                };
            };
            /** @description Nothing has changed since the ETag in If-None-Match. */
            304: {
                headers: {
                    [name: string]: string;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeyDates: {
        parameters: {
            query?: {
                /** @description The key that the page before this one gave. */
                after?: string;
                /** @description Slugs of people in the byline. */
                author?: string[];
                /** @description true: its passing shuts the post (deadlines); false: it doesn't. */
                closes?: boolean;
                /** @description First day, in Stockholm; what still lasts then counts. */
                from?: string;
                /** @description Kinds of dates, such as deadline, event, decision, registration. */
                kind?: string[];
                limit?: number;
                /** @description true: has not passed; false: has passed. */
                open?: boolean;
                /** @description Earliest or latest first. */
                order?: "date" | "-date";
                /** @description Slugs of regions. */
                region?: string[];
                /** @description Last day on which a date may begin. */
                to?: string;
                /** @description Slugs of topics. */
                topic?: string[];
                /** @description Content types of the posts. */
                type?: ("article" | "award" | "call" | "clipping" | "column" | "consultation_response" | "debate_article" | "event" | "film" | "focus_area" | "network" | "page")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/json": components["schemas"]["KeyDates"];
                };
            };
            /** @description Nothing has changed since the ETag in If-None-Match. */
            304: {
                headers: {
                    [name: string]: string;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getNavigation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/json": components["schemas"]["Navigation"];
                };
            };
            /** @description Nothing has changed since the ETag in If-None-Match. */
            304: {
                headers: {
                    [name: string]: string;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPeople: {
        parameters: {
            query?: {
                /** @description The key that the page before this one gave. */
                after?: string;
                limit?: number;
                /** @description Those who hold a role that day, such as 2026-03-06. */
                on?: string;
                /** @description Organisations of the roles, as written; “” for roles that name none. */
                organisation?: string[];
                /** @description Words of name, occupation, employer or competences that all occur. */
                q?: string;
                /** @description Slugs of regions. */
                region?: string[];
                /** @description Roles as written, such as “Ordförande”. */
                role?: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/json": components["schemas"]["People"];
                };
            };
            /** @description Nothing has changed since the ETag in If-None-Match. */
            304: {
                headers: {
                    [name: string]: string;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPerson: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description Nothing has changed since the ETag in If-None-Match. */
            304: {
                headers: {
                    [name: string]: string;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPosts: {
        parameters: {
            query?: {
                /** @description The key that the page before this one gave. */
                after?: string;
                /** @description Slugs of people in the byline. */
                author?: string[];
                /** @description First day on which something closes. */
                deadline_from?: string;
                /** @description Last day on which something closes. */
                deadline_to?: string;
                limit?: number;
                /** @description true: has a closing date and none has passed; false: one has passed. */
                open?: boolean;
                /** @description Newest or oldest first. */
                order?: "-date" | "date";
                /** @description First day of publication, in Stockholm. */
                published_from?: string;
                /** @description Last day of publication, in Stockholm. */
                published_to?: string;
                /** @description Words that all occur in the post; longer ones may go on there. */
                q?: string;
                /** @description Slugs of regions. */
                region?: string[];
                /** @description The path of a section: what stands below it. */
                section?: string;
                /** @description Slugs of topics. */
                topic?: string[];
                /** @description Content types of the posts. */
                type?: ("article" | "award" | "call" | "clipping" | "column" | "consultation_response" | "debate_article" | "event" | "film" | "focus_area" | "network" | "page")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/json": components["schemas"]["Cards"];
                };
            };
            /** @description Nothing has changed since the ETag in If-None-Match. */
            304: {
                headers: {
                    [name: string]: string;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPost: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/json": components["schemas"]["Post"];
                };
            };
            /** @description Nothing has changed since the ETag in If-None-Match. */
            304: {
                headers: {
                    [name: string]: string;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPreview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/json": components["schemas"]["Post"] | components["schemas"]["Index"];
                };
            };
            /** @description Nothing has changed since the ETag in If-None-Match. */
            304: {
                headers: {
                    [name: string]: string;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRegions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/json": components["schemas"]["Terms"];
                };
            };
            /** @description Nothing has changed since the ETag in If-None-Match. */
            304: {
                headers: {
                    [name: string]: string;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTopics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/json": components["schemas"]["Terms"];
                };
            };
            /** @description Nothing has changed since the ETag in If-None-Match. */
            304: {
                headers: {
                    [name: string]: string;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: string;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}

export type Abbreviation = components["schemas"]["Abbreviation"];
export type ArticleDetail = components["schemas"]["ArticleDetail"];
export type ArticleFields = components["schemas"]["ArticleFields"];
export type Association = components["schemas"]["Association"];
export type AwardDetail = components["schemas"]["AwardDetail"];
export type AwardFields = components["schemas"]["AwardFields"];
export type Block = components["schemas"]["Block"];
export type ButtonBlock = components["schemas"]["ButtonBlock"];
export type Byline = components["schemas"]["Byline"];
export type CallDetail = components["schemas"]["CallDetail"];
export type CallFields = components["schemas"]["CallFields"];
export type Card = components["schemas"]["Card"];
export type Cards = components["schemas"]["Cards"];
export type ClippingDetail = components["schemas"]["ClippingDetail"];
export type ClippingFields = components["schemas"]["ClippingFields"];
export type ColumnDetail = components["schemas"]["ColumnDetail"];
export type ColumnFields = components["schemas"]["ColumnFields"];
export type ConsultationResponseDetail = components["schemas"]["ConsultationResponseDetail"];
export type ConsultationResponseFields = components["schemas"]["ConsultationResponseFields"];
export type CountedTerm = components["schemas"]["CountedTerm"];
export type DebateArticleDetail = components["schemas"]["DebateArticleDetail"];
export type DebateArticleFields = components["schemas"]["DebateArticleFields"];
export type Document = components["schemas"]["Document"];
export type DocumentBlock = components["schemas"]["DocumentBlock"];
export type DocumentValue = components["schemas"]["DocumentValue"];
export type EventDetail = components["schemas"]["EventDetail"];
export type EventFields = components["schemas"]["EventFields"];
export type FactBoxBlock = components["schemas"]["FactBoxBlock"];
export type FactBoxValue = components["schemas"]["FactBoxValue"];
export type FilmBlock = components["schemas"]["FilmBlock"];
export type FilmDetail = components["schemas"]["FilmDetail"];
export type FilmFields = components["schemas"]["FilmFields"];
export type FilmValue = components["schemas"]["FilmValue"];
export type FocusAreaDetail = components["schemas"]["FocusAreaDetail"];
export type FocusAreaFields = components["schemas"]["FocusAreaFields"];
export type HeadingBlock = components["schemas"]["HeadingBlock"];
export type HeadingValue = components["schemas"]["HeadingValue"];
export type HtmlBlock = components["schemas"]["HtmlBlock"];
export type Image = components["schemas"]["Image"];
export type ImageCopy = components["schemas"]["ImageCopy"];
export type InCharge = components["schemas"]["InCharge"];
export type Index = components["schemas"]["Index"];
export type IssueCard = components["schemas"]["IssueCard"];
export type IssueDetail = components["schemas"]["IssueDetail"];
export type Issues = components["schemas"]["Issues"];
export type KeyDate = components["schemas"]["KeyDate"];
export type KeyDates = components["schemas"]["KeyDates"];
export type KeyDatesBlock = components["schemas"]["KeyDatesBlock"];
export type KeyDatesValue = components["schemas"]["KeyDatesValue"];
export type Link = components["schemas"]["Link"];
export type Linked = components["schemas"]["Linked"];
export type LinksBlock = components["schemas"]["LinksBlock"];
export type LinksValue = components["schemas"]["LinksValue"];
export type ListCard = components["schemas"]["ListCard"];
export type Meeting = components["schemas"]["Meeting"];
export type MenuItem = components["schemas"]["MenuItem"];
export type Navigation = components["schemas"]["Navigation"];
export type NetworkDetail = components["schemas"]["NetworkDetail"];
export type NetworkFields = components["schemas"]["NetworkFields"];
export type Nominee = components["schemas"]["Nominee"];
export type OnSite = components["schemas"]["OnSite"];
export type OneFilm = components["schemas"]["OneFilm"];
export type People = components["schemas"]["People"];
export type Person = components["schemas"]["Person"];
export type PersonBlock = components["schemas"]["PersonBlock"];
export type PersonValue = components["schemas"]["PersonValue"];
export type PictureBlock = components["schemas"]["PictureBlock"];
export type Place = components["schemas"]["Place"];
export type PlainPageDetail = components["schemas"]["PlainPageDetail"];
export type PlainPageFields = components["schemas"]["PlainPageFields"];
export type Player = components["schemas"]["Player"];
export type Post = components["schemas"]["Post"];
export type PostKeyDate = components["schemas"]["PostKeyDate"];
export type PostLink = components["schemas"]["PostLink"];
export type Problem = components["schemas"]["Problem"];
export type ProblemError = components["schemas"]["ProblemError"];
export type QuotationBlock = components["schemas"]["QuotationBlock"];
export type QuotationValue = components["schemas"]["QuotationValue"];
export type Redirect = components["schemas"]["Redirect"];
export type RichText = components["schemas"]["RichText"];
export type Role = components["schemas"]["Role"];
export type Session = components["schemas"]["Session"];
export type Signatory = components["schemas"]["Signatory"];
export type Term = components["schemas"]["Term"];
export type Terms = components["schemas"]["Terms"];
export type TextBlock = components["schemas"]["TextBlock"];
