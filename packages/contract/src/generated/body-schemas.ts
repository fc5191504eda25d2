// Generated from openapi/connected-apps.yaml by packages/contract/codegen. Do not edit; run `npm run generate`.

/** What can fail in the body of each status. */
export const bodySchemas = {
  "200": {
    "type": "object",
    "required": [
      "status_code",
      "request_id"
    ],
    "properties": {
      "status_code": {
        "type": "integer",
        "const": 200
      },
      "request_id": {
        "type": "string",
        "pattern": "\\S"
      }
    }
  },
  "400": {
    "type": "object",
    "allOf": [
      {
        "type": "object",
        "required": [
          "request_id",
          "error_type",
          "error_message",
          "error_url"
        ],
        "properties": {
          "request_id": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_type": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_message": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_url": {
            "type": "string"
          }
        }
      }
    ],
    "required": [
      "status_code"
    ],
    "properties": {
      "status_code": {
        "type": "integer",
        "const": 400
      }
    }
  },
  "401": {
    "type": "object",
    "allOf": [
      {
        "type": "object",
        "required": [
          "request_id",
          "error_type",
          "error_message",
          "error_url"
        ],
        "properties": {
          "request_id": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_type": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_message": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_url": {
            "type": "string"
          }
        }
      }
    ],
    "required": [
      "status_code"
    ],
    "properties": {
      "status_code": {
        "type": "integer",
        "const": 401
      }
    }
  },
  "403": {
    "type": "object",
    "allOf": [
      {
        "type": "object",
        "required": [
          "request_id",
          "error_type",
          "error_message",
          "error_url"
        ],
        "properties": {
          "request_id": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_type": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_message": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_url": {
            "type": "string"
          }
        }
      }
    ],
    "required": [
      "status_code"
    ],
    "properties": {
      "status_code": {
        "type": "integer",
        "const": 403
      }
    }
  },
  "404": {
    "type": "object",
    "allOf": [
      {
        "type": "object",
        "required": [
          "request_id",
          "error_type",
          "error_message",
          "error_url"
        ],
        "properties": {
          "request_id": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_type": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_message": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_url": {
            "type": "string"
          }
        }
      }
    ],
    "required": [
      "status_code"
    ],
    "properties": {
      "status_code": {
        "type": "integer",
        "const": 404
      }
    }
  },
  "429": {
    "type": "object",
    "allOf": [
      {
        "type": "object",
        "required": [
          "request_id",
          "error_type",
          "error_message",
          "error_url"
        ],
        "properties": {
          "request_id": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_type": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_message": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_url": {
            "type": "string"
          }
        }
      }
    ],
    "required": [
      "status_code"
    ],
    "properties": {
      "status_code": {
        "type": "integer",
        "const": 429
      }
    }
  },
  "500": {
    "type": "object",
    "allOf": [
      {
        "type": "object",
        "required": [
          "request_id",
          "error_type",
          "error_message",
          "error_url"
        ],
        "properties": {
          "request_id": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_type": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_message": {
            "type": "string",
            "pattern": "\\S"
          },
          "error_url": {
            "type": "string"
          }
        }
      }
    ],
    "required": [
      "status_code"
    ],
    "properties": {
      "status_code": {
        "type": "integer",
        "const": 500
      }
    }
  }
} as const
