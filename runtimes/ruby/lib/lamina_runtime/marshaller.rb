# frozen_string_literal: true

require "json"
require "stringio"

module LaminaRuntime
  # An event as it came: headers by their names in any case, and the bytes.
  class Request
    attr_reader :body

    def initialize(headers, body)
      @headers = headers
      @body = body
    end

    def [](name)
      @headers[name.downcase]
    end
  end
end

module AwsLambda
  # Between bytes and Ruby. A function may put its own methods in the place of these two; that is part of the programming model.
  class Marshaller
    class << self
      def marshall_request(raw_request)
        type = raw_request["Content-Type"]
        return raw_request.body unless type.nil? || type.start_with?("application/json")

        JSON.parse(raw_request.body.dup.force_encoding(Encoding::UTF_8))
      end

      # A string, or a string and its content type. An IO travels as it is.
      def marshall_response(method_response)
        case method_response
        when StringIO, IO then [method_response, "application/unknown"]
        else method_response.to_json
        end
      end
    end
  end
end
