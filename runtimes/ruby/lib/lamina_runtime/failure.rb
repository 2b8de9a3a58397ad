# frozen_string_literal: true

module LaminaRuntime
  # An exception as it is answered and logged.
  class Failure
    OWN_FOLDER = File.dirname(__dir__) + "/"

    # Classes that are named to the platform; of any other it learns only that it was the function's.
    NAMED = %w[ArgumentError NoMethodError Exception StandardError NameError LoadError SystemExit SystemStackError].freeze

    attr_reader :document

    # `origin` is whose failure it is: Function or Init.
    def initialize(error, origin)
      @error_class = error.class.to_s
      @origin = origin
      @document = {
        errorMessage: Logs.clean(message_of(error)),
        errorType: "#{origin}<#{@error_class}>",
        stackTrace: stack_trace(error).map { |frame| Logs.clean(frame) }
      }
    end

    def headers
      type = NAMED.include?(@error_class) ? @document[:errorType] : "#{@origin}<UserException>"
      { "Content-Type" => "application/json", "Lambda-Runtime-Function-Error-Type" => type }
    end

    def to_json(*)
      JSON.generate(@document)
    end

    private

    # The one line that Lambda shows, without the hints and the marked source that newer interpreters add.
    def message_of(error)
      (error.respond_to?(:original_message) ? error.original_message : error.message) + advice(error)
    end

    # How to get the AWS SDK that Lambda's own runtime ships, where a gem of it is not on this machine.
    def advice(error)
      return "" unless error.is_a?(LoadError) && error.path&.match?(/\Aaws-sdk(-[a-z0-9]+)?\z/)

      "; it is not on this machine, fetch it once: lamina runtimes sdk ruby --with #{error.path}"
    end

    # Of the function's own frames: the runtime's below them tell nobody anything.
    def stack_trace(error)
      (error.backtrace || []).first(100).take_while { |frame| !frame.start_with?(OWN_FOLDER) }
    end
  end
end
