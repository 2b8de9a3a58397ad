# frozen_string_literal: true

require_relative "http"
require_relative "logs"
require_relative "marshaller"
require_relative "context"
require_relative "handler"
require_relative "failure"
require_relative "shell"

module LaminaRuntime
  # The story: prepare, load the handler, then for ever: take an event, run the handler, answer.
  #
  # 1. The paths of gems are widened by the interpreter's own, then the handler's file is loaded: that is the function's Init.
  # 2. A failure there is logged, told to /init/error, and the process ends.
  # 3. `next` blocks until there is an event. A StandardError out of the handler is that invocation's error. A NameError, and what
  #    is no StandardError, is too, and ends the process as on Lambda: such code does not get better by being called again.
  module Loop
    API = "/2018-06-01/runtime"
    INIT_FAILED = 252
    CRITICAL = 255
    SDK = "/var/sdk"

    class << self
      def run
        @connection = Connection.new(ENV.fetch("AWS_LAMBDA_RUNTIME_API"))
        Shell.wait(@connection) { rehearse } if Shell.one?
        handler = initialise
        loop { serve_one(handler) }
      rescue Disconnected => error
        warn "The Runtime API is gone: #{error.message}"
        exit(1)
      end

      private

      def initialise
        # Lambda's locale is en_US.UTF-8; where it is not installed, Ruby takes ASCII.
        Encoding.default_external = Encoding::UTF_8
        Logs.install
        add_own_gems
        root = ENV.fetch("LAMBDA_TASK_ROOT")
        $LOAD_PATH.unshift(root) unless $LOAD_PATH.include?(root)
        Handler.load(ENV.fetch("_HANDLER"))
      rescue Exception => error # LoadError and SyntaxError are no StandardErrors
        failure = Failure.new(error, "Init")
        Logs.failure("Init error when loading handler #{ENV["_HANDLER"]}", failure.document)
        @connection.request("POST", "#{API}/init/error", failure.to_json, failure.headers)
        exit(INIT_FAILED)
      end

      # GEM_PATH names Lambda's folders alone. Behind them are the AWS SDK as `lamina runtimes sdk ruby` fetched it, and what came with this
      # machine's interpreter.
      def add_own_gems
        return unless defined?(Gem)

        Gem.use_paths(Gem.dir, (Gem.path + [SDK].select { |folder| Dir.exist?(folder) } + Gem.default_path).uniq)
      end

      def rehearse
        require_relative "rehearsal"
        Logs.install
        connection = @connection
        @connection = Rehearsal::Nobody.new
        serve_one(Handler.new("LaminaRuntime::Rehearsal", :handle))
        Rehearsal.log
        @connection = connection
        Logs.request_id = Logs.tenant_id = nil
      end

      def serve_one(handler)
        response = @connection.request("GET", "#{API}/invocation/next")
        raise Disconnected, "next was answered with #{response.status}: #{response.body}" unless response.status == 200

        request = Request.new(response.headers, response.body)
        Logs.request_id = request["Lambda-Runtime-Aws-Request-Id"]
        Logs.tenant_id = request["Lambda-Runtime-Aws-Tenant-Id"]
        ENV["_X_AMZN_TRACE_ID"] = request["Lambda-Runtime-Trace-Id"]
        answer(handler, request)
      end

      def answer(handler, request)
        event = AwsLambda::Marshaller.marshall_request(request)
        result, type = AwsLambda::Marshaller.marshall_response(handler.call(event, LambdaContext.new(request)))
        result = result.read if type == "application/unknown"
        # A refusal (413, 403) is the platform's to report; the environment goes on.
        @connection.request("POST", target("response"), result, { "Content-Type" => type || "application/json" })
      rescue Disconnected
        raise
      rescue NameError => error
        fail_invocation(error, "Critical exception from handler")
        exit(CRITICAL)
      rescue StandardError => error
        fail_invocation(error, "Error raised from handler method")
      rescue Exception => error # exit and SystemStackError among them
        fail_invocation(error, "Critical exception from handler")
        exit(CRITICAL)
      end

      def fail_invocation(error, title)
        failure = Failure.new(error, "Function")
        Logs.failure(title, failure.document)
        @connection.request("POST", target("error"), failure.to_json, failure.headers)
      end

      def target(kind)
        "#{API}/invocation/#{Logs.request_id}/#{kind}"
      end
    end
  end
end
