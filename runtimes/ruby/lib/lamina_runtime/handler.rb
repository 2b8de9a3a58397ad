# frozen_string_literal: true

module LaminaRuntime
  # `file.method` or `file.Module::Class.method`.
  class Handler
    def self.load(name)
      parts = name.split(".")
      unless [2, 3].include?(parts.size)
        raise ArgumentError, "Invalid handler #{parts}: it must have the form FILE.METHOD or FILE.CLASS.METHOD, where FILE.rb " \
                             "is a source file, CLASS a module or class, and METHOD a method that can be called on it"
      end

      Kernel.require(parts.first)
      new(parts.size == 3 ? parts[1] : nil, parts.last)
    end

    def initialize(owner, method)
      @owner = owner
      @method = method
    end

    # A method at the top level is everybody's, so it is called on the object that the top level is.
    def call(event, context)
      receiver = @owner ? Object.const_get(@owner) : TOPLEVEL_BINDING.receiver
      receiver.__send__(@method, event: event, context: context)
    end
  end
end
