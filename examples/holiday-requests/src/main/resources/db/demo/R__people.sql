-- For development only: the people one can be.
insert into employee (email, name, team, manager) values
    ('ana.silva@example.com', 'Ana Silva', 'Platform', false),
    ('ben.okafor@example.com', 'Ben Okafor', 'Platform', false),
    ('chiara.rossi@example.com', 'Chiara Rossi', 'Platform', false),
    ('mei.tanaka@example.com', 'Mei Tanaka', 'Platform', true),
    ('noah.berg@example.com', 'Noah Berg', 'Platform', true),
    ('olga.novak@example.com', 'Olga Novak', 'Sales', true)
on conflict (email) do nothing;
