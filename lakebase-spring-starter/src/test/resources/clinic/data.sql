insert into owners (first_name, last_name) values ('Betty', 'Davis'), ('Eduardo', 'Rodriquez');
insert into pets (name, owner_id) select 'Basil', id from owners;
