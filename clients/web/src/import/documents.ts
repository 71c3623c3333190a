/** The GraphQL documents of the page: the region and its viewer, the draft of an import, and its changes. */
import type { ResultOf, VariablesOf } from "gql.tada";
import { graphql } from "../shared/graphql";

/** The viewer, and the region whose applications are imported. */
export const IMPORT_OPENING = graphql(`
  query ImportOpening($code: ID!) {
    instance {
      viewer {
        role
        regionCodes
        opdIds
      }
    }
    region(code: $code) {
      code
      name
      kind
      parent {
        code
        name
      }
    }
  }
`);

export const REGION_OPDS = graphql(`
  query RegionOpds($code: ID!, $after: Cursor) {
    region(code: $code) {
      opds(first: 200, after: $after) {
        nodes {
          id
          name
          acronym
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

const PROBLEM_FIELDS = graphql(`
  fragment ProblemFields on ImportProblem {
    code
    isBlocking
    sheet
    row
    cell
    column
    header
    field
    found
    cellText
    bounds {
      least
      most
    }
    candidates {
      id
      name
    }
    rowCount
  }
`);

const DRAFT_FIELDS = graphql(`
  fragment DraftFields on ImportDraft {
    id
    fileName
    format
    encoding
    expiresAt
    version
    sheets {
      name
      isRead
      reason
      headerRows
      columns {
        column
        letter
        header
        field
        example
        repeatedField
      }
      opdName
      opdOrigin
      setApart(first: 50) {
        row
        reason
        text
      }
      setApartCount
    }
    counts {
      add
      change
      leave
      refuse
      warnings
    }
    problems(first: 200) {
      nodes {
        ...ProblemFields
      }
      totalCount
    }
    unknownOpds(first: 200) {
      name
      rowCount
      nearest {
        id
        name
        acronym
      }
    }
    unknownIntegrations(first: 200) {
      name
      rowCount
      nearest {
        id
        name
      }
    }
    newIntegrationCount
    isFileRefused
    defaultOpd {
      name
    }
  }
`, [PROBLEM_FIELDS]);

export const IMPORT_DRAFT = graphql(`
  query ImportDraft($id: ID!) {
    importDraft(id: $id) {
      ...DraftFields
      region {
        code
      }
    }
  }
`, [DRAFT_FIELDS]);

/** The rows of a draft with what becomes of each. */
export const DRAFT_ROWS = graphql(`
  query DraftRows($id: ID!, $outcome: RowOutcome, $after: Cursor) {
    importDraft(id: $id) {
      rows(outcome: $outcome, first: 25, after: $after) {
        nodes {
          sheet
          row
          outcome
          name
          opdName
          changes {
            field
            before
            after
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount
      }
    }
  }
`);

/** The files of the viewer, for all regions, that wait to be imported. */
export const WAITING_FILES = graphql(`
  query WaitingFiles {
    importDrafts {
      id
      fileName
      expiresAt
      region {
        code
        name
      }
    }
  }
`);

export const DISCARD_DRAFT = graphql(`
  mutation DiscardDraft($input: DiscardImportDraftInput!) {
    discardImportDraft(input: $input) {
      __typename
    }
  }
`);

export const EDIT_IMPORT = graphql(`
  mutation EditImport($input: EditImportInput!) {
    editImport(input: $input) {
      __typename
      ... on ImportDraft {
        ...DraftFields
      }
      ... on InvalidInput {
        field
        expected
        got
      }
    }
  }
`, [DRAFT_FIELDS]);

const IMPORT_FIELDS = graphql(`
  fragment ImportFields on InventoryImport {
    id
    fileName
    at
    isUndone
    undoneAt
    importedBy {
      name
    }
    registeredCount
    changedCount
    leftCount
    refusedCount
    integrationCount
  }
`);

export const IMPORT_APPLICATIONS = graphql(`
  mutation ImportApplications($input: ImportApplicationsInput!) {
    importApplications(input: $input) {
      __typename
      ... on InventoryImport {
        ...ImportFields
      }
      ... on ImportRefused {
        counts {
          refuse
        }
      }
      ... on InvalidInput {
        field
        expected
        got
      }
    }
  }
`, [IMPORT_FIELDS]);

export const UNDO_IMPORT = graphql(`
  mutation UndoImport($input: UndoImportInput!) {
    undoImport(input: $input) {
      __typename
      ... on ImportUndone {
        undone
        withdrawnIntegrationCount
        keptIntegrationCount
        refusedCount
        refused(first: 200) {
          application {
            id
            name
          }
          reason
        }
        import {
          ...ImportFields
        }
      }
    }
  }
`, [IMPORT_FIELDS]);

/** The earlier imports of the region, newest first. */
export const EARLIER_IMPORTS = graphql(`
  query EarlierImports($code: ID!) {
    region(code: $code) {
      imports(first: 20) {
        nodes {
          ...ImportFields
        }
        totalCount
      }
    }
  }
`, [IMPORT_FIELDS]);

export const REGISTER_OPD = graphql(`
  mutation RegisterOpd($input: RegisterOpdInput!) {
    registerOpd(input: $input) {
      __typename
      ... on Opd {
        id
        name
        acronym
      }
      ... on InvalidInput {
        field
      }
      ... on AlreadyExists {
        id
      }
    }
  }
`);

export type ApplicationStatus = ReturnType<typeof graphql.scalar<"ApplicationStatus">>;
export type Capability = ReturnType<typeof graphql.scalar<"Capability">>;
type Opening = ResultOf<typeof IMPORT_OPENING>;
export type Viewer = Opening["instance"]["viewer"];
export type Subject = NonNullable<Opening["region"]>;
export type RegionOpd = NonNullable<ResultOf<typeof REGION_OPDS>["region"]>["opds"]["nodes"][number];
export type Draft = ResultOf<typeof DRAFT_FIELDS>;
export type Sheet = Draft["sheets"][number];
export type SheetColumn = Sheet["columns"][number];
export type SheetReason = NonNullable<Sheet["reason"]>;
export type SetApartReason = Sheet["setApart"][number]["reason"];
export type OpdOrigin = NonNullable<Sheet["opdOrigin"]>;
export type CellProblem = ResultOf<typeof PROBLEM_FIELDS>;
export type ProblemCode = CellProblem["code"];
export type UnknownOpd = Draft["unknownOpds"][number];
export type UnknownIntegration = Draft["unknownIntegrations"][number];
export type WaitingFile = ResultOf<typeof WAITING_FILES>["importDrafts"][number];
export type DraftRow = NonNullable<ResultOf<typeof DRAFT_ROWS>["importDraft"]>["rows"]["nodes"][number];
export type DraftRowPage = NonNullable<ResultOf<typeof DRAFT_ROWS>["importDraft"]>["rows"];
export type RowOutcome = DraftRow["outcome"];
export type ImportField = NonNullable<SheetColumn["field"]>;
export type Edits = Omit<VariablesOf<typeof EDIT_IMPORT>["input"], "draftId" | "version">;
export type EditResult = ResultOf<typeof EDIT_IMPORT>["editImport"];
export type EditProblem = Exclude<EditResult["__typename"], "ImportDraft">;
export type ImportResult = ResultOf<typeof IMPORT_APPLICATIONS>["importApplications"];
export type ImportProblem = Exclude<ImportResult["__typename"], "InventoryImport">;
export type InventoryImport = ResultOf<typeof IMPORT_FIELDS>;
export type UndoResult = ResultOf<typeof UNDO_IMPORT>["undoImport"];
export type UndoProblem = Exclude<UndoResult["__typename"], "ImportUndone">;
export type UndoReason = Extract<UndoResult, { __typename: "ImportUndone" }>["refused"][number]["reason"];
export type RegisterOpdResult = ResultOf<typeof REGISTER_OPD>["registerOpd"];
export type RegisterOpdProblem = Exclude<RegisterOpdResult["__typename"], "Opd">;
export type OpdKind = VariablesOf<typeof REGISTER_OPD>["input"]["kind"];
