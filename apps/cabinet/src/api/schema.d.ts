/** Made by scripts/api-client.mjs of the API's own description. */
export interface paths {
    "/api/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Sign in */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Empty for a pool’s administrator and the provider’s own */
                        domain: string;
                        login: string;
                        password: string;
                        /** @default false */
                        remember?: boolean;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"] | components["schemas"]["SecondStep"];
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Sign out */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Nothing */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/session/second": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Second step of a sign-in */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        ticket: string;
                        /** @description Of the application, or a recovery code */
                        code: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Own sessions */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: string;
                                current: boolean;
                                createdAt: string;
                                seenAt: string;
                                address: string;
                                agent: string;
                            }[];
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** End all own sessions but this one */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Nothing */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of the own sessions */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Nothing */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/password-recovery": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a link by letter; the answer is always the same */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        domain: string;
                        login: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/password-recovery/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whose link it is */
        get: {
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
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            login: string;
                            domain: string | null;
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Set a new password by a link, once */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    token: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        password: string;
                    };
                };
            };
            responses: {
                /** @description Nothing */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the own profile; If-Match refuses what somebody else changed meanwhile */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        displayName?: string;
                        position?: string;
                        email?: string | null;
                        /** @enum {string} */
                        language?: "ru" | "en";
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Me"];
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change the own password; all other sessions end, this one gets a new cookie and csrf */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        current: string;
                        password: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            csrf: string;
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin to switch the second factor on */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            secret: string;
                            uri: string;
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Switch the second factor off */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        password: string;
                        /** @description Of the application, or a recovery code */
                        code: string;
                    };
                };
            };
            responses: {
                /** @description Nothing */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Switch the second factor on by its first code */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Of the application, or a recovery code */
                        code: string;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            recoveryCodes: string[];
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether calls can be taken */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            status: string;
                            missing?: string[];
                        };
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            status: string;
                            missing?: string[];
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether calls can be taken and settings read and changed: /health and the database */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            status: string;
                            missing?: string[];
                        };
                    };
                };
                /** @description Default Response */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            status: string;
                            missing?: string[];
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures of all processes, in the format of Prometheus */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A file or text */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description (OpenAPI 3.1) */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calls": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Call history, newest first; without the right `calls.all` the own one */
        get: {
            parameters: {
                query?: {
                    from?: string;
                    to?: string;
                    /** @description Codes of kinds, separated by commas */
                    type?: string;
                    direction?: "in" | "out" | "internal";
                    result?: "answered" | "unanswered";
                    /** @description Digits of our numbers, separated by commas */
                    line?: string;
                    /** @description His journal, with kinds as he sees them */
                    user?: string;
                    group?: string;
                    /** @description Part of a name, number or login; from three characters */
                    search?: string;
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: string;
                                startedAt: string;
                                answeredAt: string | null;
                                endedAt: string | null;
                                durationS: number;
                                waitS: number;
                                /** @enum {string} */
                                type: "in_answered" | "in_missed" | "out_answered" | "out_failed" | "internal_answered" | "internal_failed" | "out_forwarded" | "transferred" | "group_answered" | "group_missed" | "conference" | "voicemail";
                                /** @enum {string} */
                                direction: "in" | "out" | "internal";
                                from: {
                                    /** @enum {string} */
                                    kind: "user" | "group" | "pstn" | "service";
                                    number: string;
                                    name: string | null;
                                };
                                to: {
                                    /** @enum {string} */
                                    kind: "user" | "group" | "pstn" | "service";
                                    number: string;
                                    name: string | null;
                                };
                                /** @description Our public number: called, or shown outside */
                                line: string | null;
                                live: boolean;
                                mos: number | null;
                                recordings: number;
                            }[];
                            next: string | null;
                            /** @description On the first page: how many fit; null = more than are counted, or a later page */
                            total: number | null;
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calls/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Calls going on now, newest first */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: string;
                                startedAt: string;
                                answeredAt: string | null;
                                endedAt: string | null;
                                durationS: number;
                                waitS: number;
                                /** @enum {string} */
                                type: "in_answered" | "in_missed" | "out_answered" | "out_failed" | "internal_answered" | "internal_failed" | "out_forwarded" | "transferred" | "group_answered" | "group_missed" | "conference" | "voicemail";
                                /** @enum {string} */
                                direction: "in" | "out" | "internal";
                                from: {
                                    /** @enum {string} */
                                    kind: "user" | "group" | "pstn" | "service";
                                    number: string;
                                    name: string | null;
                                };
                                to: {
                                    /** @enum {string} */
                                    kind: "user" | "group" | "pstn" | "service";
                                    number: string;
                                    name: string | null;
                                };
                                /** @description Our public number: called, or shown outside */
                                line: string | null;
                                live: boolean;
                                mos: number | null;
                                recordings: number;
                            }[];
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calls/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One call: protocol, journey, quality of its legs */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            startedAt: string;
                            answeredAt: string | null;
                            endedAt: string | null;
                            durationS: number;
                            waitS: number;
                            /** @enum {string} */
                            type: "in_answered" | "in_missed" | "out_answered" | "out_failed" | "internal_answered" | "internal_failed" | "out_forwarded" | "transferred" | "group_answered" | "group_missed" | "conference" | "voicemail";
                            /** @enum {string} */
                            direction: "in" | "out" | "internal";
                            from: {
                                /** @enum {string} */
                                kind: "user" | "group" | "pstn" | "service";
                                number: string;
                                name: string | null;
                            };
                            to: {
                                /** @enum {string} */
                                kind: "user" | "group" | "pstn" | "service";
                                number: string;
                                name: string | null;
                            };
                            /** @description Our public number: called, or shown outside */
                            line: string | null;
                            live: boolean;
                            mos: number | null;
                            recordings: number;
                            protocol: {
                                /** @description ms from the first INVITE */
                                at: number;
                                /** @enum {string} */
                                level: "main" | "detail";
                                key: string;
                                parameters: {
                                    [key: string]: string | number;
                                };
                                text: string;
                                object: string;
                            }[];
                            journey: {
                                kind: string;
                                label: string;
                                from: number;
                                to: number | null;
                                result: string | null;
                            }[];
                            legs: {
                                id: string;
                                /** @enum {string} */
                                role: "caller" | "target";
                                /** @enum {string} */
                                kind: "user" | "pstn" | "service";
                                number: string;
                                name: string | null;
                                startedAt: string;
                                answeredAt: string | null;
                                endedAt: string;
                                sipStatus: number;
                                q850: number;
                                packetsIn: number | null;
                                packetsOut: number | null;
                                /** @description Share, 0…1 */
                                loss: number | null;
                                jitterMs: number | null;
                                mos: number | null;
                            }[];
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Users: pickup groups by name with their users, then users without one */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                    search?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: string;
                                extension: string;
                                login: string;
                                displayName: string;
                                position: string | null;
                                isAdmin: boolean;
                                isOperator: boolean;
                                recording: boolean;
                                voicemailOn: boolean;
                                /** @description null = the number of the domain */
                                outgoingNumber: string | null;
                                /** @description Own or inherited */
                                restriction: string;
                                pickupGroup: {
                                    id: string;
                                    name: string;
                                } | null;
                                groups: {
                                    id: string;
                                    name: string;
                                }[];
                                /** @description Public numbers with a rule that leads to the user */
                                numbers: string[];
                                contacts: {
                                    type: string;
                                    target: string;
                                }[];
                                presence: {
                                    /** @enum {string} */
                                    state: "offline" | "online" | "ringing" | "busy";
                                    devices: number;
                                    since: string | null;
                                    peer: string | null;
                                };
                            }[];
                            next: string | null;
                            /** @description On the first page: how many fit; null = more than are counted, or a later page */
                            total: number | null;
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One user with the scheme of his incoming calls */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            extension: string;
                            login: string;
                            displayName: string;
                            position: string | null;
                            isAdmin: boolean;
                            isOperator: boolean;
                            recording: boolean;
                            voicemailOn: boolean;
                            /** @description null = the number of the domain */
                            outgoingNumber: string | null;
                            /** @description Own or inherited */
                            restriction: string;
                            pickupGroup: {
                                id: string;
                                name: string;
                            } | null;
                            groups: {
                                id: string;
                                name: string;
                            }[];
                            /** @description Public numbers with a rule that leads to the user */
                            numbers: string[];
                            contacts: {
                                type: string;
                                target: string;
                            }[];
                            presence: {
                                /** @enum {string} */
                                state: "offline" | "online" | "ringing" | "busy";
                                devices: number;
                                since: string | null;
                                peer: string | null;
                            };
                            forwarding: {
                                rules: {
                                    id: string;
                                    type: string;
                                    target: string;
                                    priority: number;
                                    /** @description Seconds */
                                    ringTime: number;
                                    schedule: string | null;
                                    enabled: boolean;
                                    /** @enum {string} */
                                    now: "rings" | "disabled" | "outsideSchedule" | "leftOut";
                                }[];
                                voicemailOn: boolean;
                            };
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Call-handling groups, by name */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: string;
                                name: string;
                                extension: string | null;
                                algorithm: string;
                                members: number;
                            }[];
                            next: string | null;
                            /** @description On the first page: how many fit; null = more than are counted, or a later page */
                            total: number | null;
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/numbers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Public numbers with their rules, and the channels of the domain */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: string;
                                digits: string;
                                /** @enum {string} */
                                kind: "main" | "additional";
                                /** @enum {string} */
                                class: "city" | "tollfree";
                                /** @enum {string} */
                                state: "active";
                                /** @enum {string} */
                                filter: "none";
                                isDefaultOutgoing: boolean;
                                rules: {
                                    id: string;
                                    priority: number;
                                    active: boolean;
                                    schedule: string | null;
                                    prefixes: string[] | null;
                                    target: {
                                        type: string;
                                        id: string | null;
                                        name: string | null;
                                    };
                                    /** @description Why the rule can get no call (RTE-12.3) */
                                    dead: "covered" | null;
                                    /** @description Why its object would not take the call */
                                    problem: ("noAlgorithm" | "noMembers" | "unsupported") | null;
                                }[];
                                usedBy: {
                                    id: string;
                                    name: string;
                                }[];
                            }[];
                            next: string | null;
                            /** @description On the first page: how many fit; null = more than are counted, or a later page */
                            total: number | null;
                            channels: {
                                used: number;
                                limit: number;
                                incoming: {
                                    used: number;
                                    limit: number;
                                };
                                outgoing: {
                                    used: number;
                                    limit: number;
                                };
                            };
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/numbers/{id}/scheme": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The routing scheme of one number, as nodes and edges */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            number: {
                                id: string;
                                digits: string;
                                /** @enum {string} */
                                kind: "main" | "additional";
                                /** @enum {string} */
                                class: "city" | "tollfree";
                                /** @enum {string} */
                                state: "active";
                                /** @enum {string} */
                                filter: "none";
                                isDefaultOutgoing: boolean;
                                rules: {
                                    id: string;
                                    priority: number;
                                    active: boolean;
                                    schedule: string | null;
                                    prefixes: string[] | null;
                                    target: {
                                        type: string;
                                        id: string | null;
                                        name: string | null;
                                    };
                                    /** @description Why the rule can get no call (RTE-12.3) */
                                    dead: "covered" | null;
                                    /** @description Why its object would not take the call */
                                    problem: ("noAlgorithm" | "noMembers" | "unsupported") | null;
                                }[];
                                usedBy: {
                                    id: string;
                                    name: string;
                                }[];
                            };
                            nodes: {
                                id: string;
                                /** @enum {string} */
                                kind: "number" | "condition" | "object" | "end";
                                priority: number | null;
                                rule: string | null;
                                schedule: string | null;
                                prefixes: string[] | null;
                                target: {
                                    type: string;
                                    id: string | null;
                                    name: string | null;
                                } | null;
                                /** @enum {string} */
                                look: "normal" | "off" | "dead";
                                problem: ("noAlgorithm" | "noMembers" | "unsupported") | null;
                            }[];
                            edges: {
                                from: string;
                                to: string;
                            }[];
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** History of actions, newest first */
        get: {
            parameters: {
                query?: {
                    from?: string;
                    to?: string;
                    cursor?: string;
                    limit?: number;
                    /** @description Id, or part of a name or login */
                    actor?: string;
                    /** @description Type of object */
                    object?: string;
                    action?: string;
                    /** @description Part of the object’s name or type */
                    search?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: string;
                                at: string;
                                actor: {
                                    id: string | null;
                                    /** @description Empty for the provider’s people */
                                    name: string;
                                    login: string | null;
                                    role: string | null;
                                    address: string | null;
                                };
                                action: string;
                                object: {
                                    type: string;
                                    id: string | null;
                                    name: string;
                                };
                                changes: {
                                    field: string;
                                    before: unknown;
                                    after: unknown;
                                    secret: boolean;
                                }[];
                            }[];
                            next: string | null;
                            /** @description On the first page: how many fit; null = more than are counted, or a later page */
                            total: number | null;
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/route-check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Where an imagined call would go, and why; nothing is called */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @description Number outside, internal number or login; empty = hidden */
                        caller: string;
                        number: string;
                        /** @default null */
                        at?: string | null;
                    };
                };
            };
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            path: {
                                id: string;
                                depth: number;
                                kind: string;
                                label: string;
                                /** @enum {string} */
                                verdict: "taken" | "skipped" | "end";
                                reasons: {
                                    key: string;
                                    parameters: {
                                        [key: string]: string | number;
                                    };
                                    text: string;
                                }[];
                            }[];
                            end: {
                                kind: string;
                                text: string;
                            } | null;
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Users, groups, numbers and calls by a few letters, as far as one may see them */
        get: {
            parameters: {
                query: {
                    q: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                /** @enum {string} */
                                kind: "user" | "group" | "number" | "call";
                                id: string;
                                title: string;
                                subtitle: string | null;
                            }[];
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/exports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Orders a file of the call history; without the right `calls.all` of the own one */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @enum {string} */
                        kind: "calls";
                        /** @enum {string} */
                        format: "xls" | "xlsx" | "csv";
                        /** @default {} */
                        filter?: {
                            /** Format: date-time */
                            from?: string;
                            /** Format: date-time */
                            to?: string;
                            /** @description Codes of kinds, separated by commas */
                            type?: string;
                            /** @enum {string} */
                            direction?: "in" | "out" | "internal";
                            /** @enum {string} */
                            result?: "answered" | "unanswered";
                            /** @description Digits of our numbers, separated by commas */
                            line?: string;
                            /**
                             * Format: uuid
                             * @description His journal, with kinds as he sees them
                             */
                            user?: string;
                            /** Format: uuid */
                            group?: string;
                            /** @description Part of a name, number or login; from three characters */
                            search?: string;
                        };
                    };
                };
            };
            responses: {
                /** @description Default Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            /** @enum {string} */
                            kind: "calls";
                            /** @enum {string} */
                            state: "queued" | "running" | "done" | "failed" | "cancelled";
                            /** @description 0…1 */
                            progress: number;
                            rows: number;
                            createdAt: string;
                            finishedAt: string | null;
                            fileName: string | null;
                            size: number | null;
                            /** @description Code of the catalogue of refusals */
                            failure: string | null;
                            expiresAt: string;
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Own jobs, newest first; the last 20 */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: {
                                id: string;
                                /** @enum {string} */
                                kind: "calls";
                                /** @enum {string} */
                                state: "queued" | "running" | "done" | "failed" | "cancelled";
                                /** @description 0…1 */
                                progress: number;
                                rows: number;
                                createdAt: string;
                                finishedAt: string | null;
                                fileName: string | null;
                                size: number | null;
                                /** @description Code of the catalogue of refusals */
                                failure: string | null;
                                expiresAt: string;
                            }[];
                            next: string | null;
                            /** @description On the first page: how many fit; null = more than are counted, or a later page */
                            total: number | null;
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One job of one’s own */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Default Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            /** @enum {string} */
                            kind: "calls";
                            /** @enum {string} */
                            state: "queued" | "running" | "done" | "failed" | "cancelled";
                            /** @description 0…1 */
                            progress: number;
                            rows: number;
                            createdAt: string;
                            finishedAt: string | null;
                            fileName: string | null;
                            size: number | null;
                            /** @description Code of the catalogue of refusals */
                            failure: string | null;
                            expiresAt: string;
                        };
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Ends a job that is not over; forgets one that is, with its file */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Nothing */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Its file, kept for seven days */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A file or text */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/vnd.ms-excel": string;
                        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                        "text/csv; charset=utf-8": string;
                    };
                };
                /** @description Refused */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
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
        ProblemInput: {
            /** @description about:blank: the code says it all */
            type: string;
            /** @description In the language of the request */
            title: string;
            status: number;
            /** @description Stable, of the catalogue of refusals */
            code: string;
            parameters: {
                [key: string]: string | number;
            };
            requestId: string;
            errors?: {
                field: string;
                code: string;
                parameters: {
                    [key: string]: string | number;
                };
                message: string;
            }[];
        } & {
            [key: string]: unknown;
        };
        MeInput: {
            user: {
                id: string;
                login: string;
                displayName: string;
                extension: string | null;
                position: string | null;
                email: string | null;
                /** @enum {string} */
                language: "ru" | "en";
                /** @description Signs in with a second factor */
                totp: boolean;
            };
            domain: {
                id: string;
                name: string;
                visibleName: string;
                company: string;
                timezone: string;
            } | null;
            /** @enum {string} */
            area: "domain" | "personal" | "pool" | "provider";
            roles: string[];
            rights: string[];
            /** @description For the header x-csrf-token of every change */
            csrf: string;
            /** @description Kopecks */
            balance: number | null;
            blocks: {
                kind: string;
                since: string;
            }[];
            counters: {
                users: number;
                groups: number;
                numbers: number;
            } | null;
            outgoingNumber: string | null;
            brand: {
                name: string;
                accent: string;
                logoUrl: string | null;
            };
            features: string[];
        };
        SecondStepInput: {
            /** @constant */
            second: "totp";
            ticket: string;
        };
        Problem: {
            /** @description about:blank: the code says it all */
            type: string;
            /** @description In the language of the request */
            title: string;
            status: number;
            /** @description Stable, of the catalogue of refusals */
            code: string;
            parameters: {
                [key: string]: string | number;
            };
            requestId: string;
            errors?: {
                field: string;
                code: string;
                parameters: {
                    [key: string]: string | number;
                };
                message: string;
            }[];
        } & {
            [key: string]: unknown;
        };
        Me: {
            user: {
                id: string;
                login: string;
                displayName: string;
                extension: string | null;
                position: string | null;
                email: string | null;
                /** @enum {string} */
                language: "ru" | "en";
                /** @description Signs in with a second factor */
                totp: boolean;
            };
            domain: {
                id: string;
                name: string;
                visibleName: string;
                company: string;
                timezone: string;
            } | null;
            /** @enum {string} */
            area: "domain" | "personal" | "pool" | "provider";
            roles: string[];
            rights: string[];
            /** @description For the header x-csrf-token of every change */
            csrf: string;
            /** @description Kopecks */
            balance: number | null;
            blocks: {
                kind: string;
                since: string;
            }[];
            counters: {
                users: number;
                groups: number;
                numbers: number;
            } | null;
            outgoingNumber: string | null;
            brand: {
                name: string;
                accent: string;
                logoUrl: string | null;
            };
            features: string[];
        };
        SecondStep: {
            /** @constant */
            second: "totp";
            ticket: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
